"""Hostile sources in the pool: each ends in time, and other sources are verified as usual.

No source here can harm a machine without a sandbox: processes, memory and output are bounded.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from designer.brief.options import Level
from designer.errors import ProbeFailed
from designer.networks import Gan
from designer.source import PythonSource, render_source
from designer.verification import Limits, Pool, Verification, verify_source
from designer.verification.sandbox.process_tree import descendants
from tests.verification.designs import doubling_gan

pytestmark = pytest.mark.torch

DEADLINE_S = 4.0

HOSTILE = {
    "an endless loop": "while True: pass",
    "a C call that never returns": "import re\nre.match('(a*)*b', 'a' * 64)",
    "fifty children": (
        "import os, time\n"
        "for _ in range(50):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "raise SystemExit"
    ),
    "children that outlive it": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(60)\n"
        "    os._exit(0)"
    ),
    "100 GB of tensors": "kept = [torch.ones(2**28) for _ in range(100)]",
    "100 GB of text": "kept = ['x' * 10**9 + str(i) for i in range(100)]",
    "1 GB of output": "for _ in range(1000): print('x' * 10**6)",
    "1 GB on every descriptor": (
        "import os\n"
        "from contextlib import suppress\n"
        "for _ in range(1000):\n"
        "    for descriptor in range(3, 32):\n"
        "        with suppress(OSError): os.write(descriptor, b'x' * 10**6)"
    ),
    "an immediate exit": "import os\nos._exit(0)",
    "a SystemExit": "raise SystemExit(0)",
    "an abort": "import os\nos.abort()",
    "a signal to every process": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "a signal to its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "a stopped process": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "a socket": "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=60)",
    "a server": "import socket\nsocket.create_server(('127.0.0.1', 0)).accept()",
    "a write to the home folder": (
        "from pathlib import Path\n(Path.home() / 'gan-designer-was-here').write_text('x')"
    ),
    "a huge file": "open('huge', 'wb').truncate(10**12)",
    "another program": "import subprocess\nsubprocess.run(['sleep', '60'])",
    "a replaced Conv2d": (
        "class Conv2d(nn.Conv2d):\n"
        "    def forward(self, x): return super().forward(x) * 2\n"
        "nn.Conv2d = Conv2d\n"
        "torch.nn.Conv2d = Conv2d"
    ),
    "a replaced exec": "import builtins\nbuiltins.exec = lambda *given: None",
    "a replaced function of the probe": (
        "import sys\nsys.modules['designer.verification.probe.job'].changed_names = lambda before: []\n"
    ),
    "a thread that stays": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "a low recursion limit": "import sys\nsys.setrecursionlimit(60)",
    "a Generator that is no class": "Generator = object()",
}


@pytest.fixture(scope="module")
def small() -> Gan:
    """A design that is verified quickly."""
    return doubling_gan(1, base_channels=4)


@pytest.fixture(scope="module")
def limited(small: Gan) -> Iterator[Pool]:
    """Two workers with small limits of time and memory, both started before the tests."""
    limits = Limits(timeout_s=DEADLINE_S, cpu_s=30, memory_bytes=2 * 2**30, file_bytes=2**20)
    with Pool(workers=2, limits=limits) as pool:
        pool.warm()
        threads = [
            threading.Thread(target=verify, args=(render_source(small), small, pool))
            for _ in range(2)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        yield pool


@pytest.fixture(scope="module")
def process_count(limited: Pool) -> int:
    """Number of descendants of this process before a hostile source runs."""
    assert limited.state().enforced
    return len(descendants(os.getpid()))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_ends(text: str, small: Gan, limited: Pool, process_count: int) -> None:
    """It is refuted or an accident within the deadline; others are verified meanwhile and after."""
    own_source = render_source(small)
    other_verdicts: list[str] = []
    other = threading.Thread(
        target=lambda: other_verdicts.append(verify(own_source, small, limited))
    )
    start = time.monotonic()
    other.start()
    verdict = verify(PythonSource(text=f"{own_source.text}\n{text}\n"), small, limited)
    assert time.monotonic() - start < DEADLINE_S + 20
    assert verdict in {"refuted", "accident"} or text in HARMLESS
    other.join()
    assert other_verdicts == ["verified"]
    assert verify(own_source, small, limited) == "verified"
    assert len(descendants(os.getpid())) <= process_count
    assert not (Path.home() / "gan-designer-was-here").exists()


HARMLESS = {
    HOSTILE[name]
    for name in (
        "1 GB of output",
        "children that outlive it",
        "a thread that stays",
        "a low recursion limit",
    )
}
"""Sources whose networks are correct: they may be verified, and leave nothing behind."""


def verify(source: PythonSource, gan: Gan, pool: Pool) -> str:
    """The verdict on a source, or ``accident``."""
    try:
        receipt: Verification = verify_source(source, gan, level=Level.STANDARD, runner=pool.run)
    except ProbeFailed:
        return "accident"
    return receipt.verdict
