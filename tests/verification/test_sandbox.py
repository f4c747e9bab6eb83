"""The sandbox: each restriction that a worker reports is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.brief.options import Level
from designer.errors import SourceNotRun
from designer.networks import Gan
from designer.source import render_source
from designer.verification import Limits, Pool, verify_source, verify_text
from designer.verification.sandbox.layers import (
    LAYER_NAMES,
    REQUIRED_LAYERS,
    layer_documents,
    missing_layers,
)
from tests.verification.test_pool import EMPTY_JOB, raised_by

pytestmark = pytest.mark.torch


def test_the_environment_is_emptied(pool: Pool) -> None:
    """A source cannot read the service's environment variables."""
    raised = raised_by("import os\nraise ValueError(sorted(os.environ))", pool)
    assert raised == "ValueError: ['HOME', 'LOGNAME', 'TMPDIR', 'TORCHINDUCTOR_CACHE_DIR']"
    environ = "open('/proc/self/environ', 'rb').read()"
    assert "a password" not in raised_by(f"raise ValueError({environ})", pool)


FORBIDDEN = {
    "landlock-files": "open({outside!r}).read()",
    "mount-namespace": "open({outside!r}).read()",
    "no-writing": "open('small', 'w').write('x')",
    "seccomp": "import socket\nsocket.socket()",
    "own-user": "open({outside!r}, 'w')",
    "landlock-tcp": "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=5)",
    "no-network": "import socket\nsocket.create_connection(('192.0.2.1', 9), timeout=5)",
    "no-capabilities": "import os\nos.setuid(0)",
    "process-namespace": "import os\nassert os.getppid() > 1",
    "resource-limits": "open('big', 'wb').write(bytes(300 * 2**20))",
}
"""For each restriction, a source that it must stop."""


def test_what_is_enforced_holds(pool: Pool, tmp_path: Path) -> None:
    """Each action that a reported restriction forbids fails; resource limits are always active."""
    outside = tmp_path / "outside"
    outside.write_text("private")
    outside.chmod(0o600)
    raised_by("", pool)
    enforced = set(pool.state().enforced)
    assert {"resource-limits", "empty-environment"} <= enforced
    for name in enforced & FORBIDDEN.keys():
        text = FORBIDDEN[name].format(outside=str(outside))
        assert "Error" in raised_by(text, pool), name
    scratch = raised_by("open('small', 'w').write('x')", pool)
    if not enforced.isdisjoint({"mount-namespace", "no-writing"}):
        assert (scratch == "None") == ("mount-namespace" in enforced)


def test_a_foreign_text_has_a_worker_of_its_own() -> None:
    """What ran before left nothing in it, and what runs next finds nothing of it."""
    tell = "import builtins, os\nseen = getattr(builtins, 'seen', None)\nbuiltins.seen = 1\n"
    with Pool(workers=1, limits=Limits()) as pool:
        own = {**EMPTY_JOB, "foreign": False, "text": f"{tell}raise ValueError(seen)"}
        assert [pool.run(own)["load"]["error"] for _ in range(2)] == [
            "ValueError: None",
            "ValueError: 1",
        ]
        foreign = {**EMPTY_JOB, "text": f"{tell}raise ValueError(seen)"}
        runs = [foreign, foreign, {**own, "foreign": False}, foreign]
        assert {pool.run(job)["load"]["error"] for job in runs} == {"ValueError: None"}


def test_only_foreign_texts_need_the_layers(dcgan: Gan) -> None:
    """Without a required layer, a foreign text is refused by name, and a rendered one is verified."""
    source = render_source(dcgan)
    with Pool(workers=1, limits=Limits(), required_layers=["seccomp", "no such layer"]) as pool:
        with pytest.raises(SourceNotRun, match="it lacks no such layer") as refused:
            pool.run({**EMPTY_JOB, "text": ""})
        assert refused.value.facts == {"missing": ["no such layer"]}
        assert (refused.value.code, refused.value.reasons[0].code) == (
            "source_not_run",
            "sandbox_incomplete",
        )
        edited = f"{source.text}\nimport os\n"
        with pytest.raises(SourceNotRun):
            verify_text(edited, source.sha256, dcgan, level=Level.STANDARD, runner=pool.run)
        receipt = verify_source(source, dcgan, level=Level.STANDARD, runner=pool.run)
        assert receipt.verdict == "verified"


def test_a_final_limit_of_time_cannot_be_raised() -> None:
    """A foreign text stays under its CPU limit; the kernel allows no other."""
    text = (
        "import resource\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_CPU)\n"
        "assert soft == hard\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (soft + 1, hard + 1))"
    )
    with Pool(workers=1, limits=Limits(cpu_s=30)) as pool:
        assert "not allowed to raise maximum limit" in raised_by(text, pool)


def test_layers_are_described(pool: Pool) -> None:
    """Each layer says whether it holds and is required, and what it needs."""
    raised_by("", pool)
    layers = pool.state().sandbox
    assert [layer["layer"] for layer in layers] == list(LAYER_NAMES)
    assert {layer["layer"] for layer in layers if layer["required"]} == set(REQUIRED_LAYERS)
    assert all(layer["meaning"] and layer["needs"] for layer in layers)
    nothing = layer_documents(REQUIRED_LAYERS, [])
    assert not any(layer["holds"] for layer in nothing)
    assert missing_layers(LAYER_NAMES, []) == list(LAYER_NAMES)
