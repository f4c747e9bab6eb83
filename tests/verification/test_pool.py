"""The pool of verifying processes: limits, cleanup, restarts, and independent results."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from designer.brief.options import Level
from designer.errors import Overloaded, ProbeFailed
from designer.networks import Gan
from designer.source import render_source
from designer.verification import Limits, Pool, Verification, WidthPolicy, verify_source
from designer.verification.predictions import plan_verification
from designer.verification.probe_job import make_job
from designer.verification.sandbox.process_tree import descendants
from tests.support import soak_count
from tests.verification.designs import doubling_gan
from tests.wait import wait_until

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
BUSY_S = 3
"""Time limit of a source that sleeps; no other pool has it."""

EMPTY_JOB = {
    "seed": 1,
    "level": "standard",
    "definitions": [],
    "group_counts": [],
    "networks": {},
    "pairs": [],
    "sizes": {},
    "refused_sizes": [],
    "autoencoder": None,
}
"""A job that runs a source and builds no network."""


@pytest.fixture(scope="module")
def lone_pool() -> Iterator[Pool]:
    """A pool of one worker and no queue; its fork server has started, and every test leaves it ready."""
    with Pool(workers=1, limits=Limits(timeout_s=BUSY_S), max_waiting=0) as pool:
        raised_by("", pool)
        yield pool


def verify_own_source(gan: Gan, pool: Pool) -> Verification:
    """The receipt of a design's own source."""
    return verify_source(render_source(gan), gan, level=Level.STANDARD, runner=pool.run)


def raised_by(text: str, pool: Pool) -> str:
    """The exception that a source raises."""
    measured = pool.run({**EMPTY_JOB, "text": text}, discard=True)
    return str(measured["load"]["error"])


def test_the_order_of_sources_changes_no_receipt(pool: Pool) -> None:
    """Receipts are equal to the last digit: a source does not affect the next one."""
    first, second = doubling_gan(1, base_channels=16), doubling_gan(2, (3, 3), base_channels=8)
    receipts = [verify_own_source(gan, pool) for gan in (first, second) * 3]
    assert receipts[:2] * 2 == receipts[2:]


def test_the_probe_runs_in_any_process(pool: Pool) -> None:
    """It measures the same in a plain process as in a worker in the sandbox."""
    script = "import json, sys; from designer.verification.probe import run_job; print(json.dumps(run_job(json.load(sys.stdin))))"
    gan = doubling_gan(1, base_channels=16)
    plan = plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())
    job = make_job(plan, render_source(gan).text)
    program = [sys.executable, "-c", script]
    done = subprocess.run(
        program, input=json_text(job), capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == json_text(pool.run(job))


def json_text(value: object) -> str:
    """A value as JSON, as the subprocess above prints it."""
    return json.dumps(value)


def test_a_full_queue_refuses_at_once(lone_pool: Pool) -> None:
    """With a busy worker and a full queue, a call is refused immediately."""
    busy = threading.Thread(target=run_out_of_time, args=(lone_pool,))
    busy.start()
    wait_until(lambda: lone_pool.state().busy == 1, what="a busy worker")
    start = time.monotonic()
    with pytest.raises(Overloaded, match="0 verifications are already waiting") as refused:
        lone_pool.run({**EMPTY_JOB, "text": ""})
    assert time.monotonic() - start < 1
    assert refused.value.facts == {"waiting": 0, "workers": 1}
    busy.join()


def test_waiting_for_a_worker_is_limited(lone_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the worker stays busy, a queued call is refused in time and frees its slot."""
    monkeypatch.setattr(lone_pool, "max_waiting", 1)
    monkeypatch.setattr(lone_pool, "max_wait_s", 0.2)
    busy = threading.Thread(target=run_out_of_time, args=(lone_pool,))
    busy.start()
    wait_until(lambda: lone_pool.state().busy == 1, what="a busy worker")
    for _ in range(2):
        with pytest.raises(Overloaded, match=r"no verifying process was free within 0.2 s") as late:
            lone_pool.run({**EMPTY_JOB, "text": ""})
        assert late.value.facts == {"waited_s": 0.2, "workers": 1}
    busy.join()
    assert raised_by("raise ValueError('served')", lone_pool) == "ValueError: served"


def test_processor_time_is_bounded_too() -> None:
    """The kernel ends a process at its CPU limit, before the wall-clock limit."""
    with Pool(workers=1, limits=Limits(cpu_s=1)) as pool:
        with pytest.raises(ProbeFailed, match="ended while it ran the source"):
            pool.run({**EMPTY_JOB, "text": "while True: pass"})
        assert raised_by("raise ValueError('served')", pool) == "ValueError: served"


def test_a_pool_that_is_still_starting_closes_at_once() -> None:
    """Closing does not wait for the import of torch."""
    pool = Pool(workers=2, limits=Limits())
    pool.warm()
    assert len(descendants(os.getpid())) >= 2
    pool.close()
    pool.close()


def run_out_of_time(pool: Pool) -> None:
    """Keep a worker busy until its time limit."""
    with pytest.raises(ProbeFailed, match=f"ran for more than {BUSY_S} s"):
        pool.run({**EMPTY_JOB, "text": "import time\ntime.sleep(600)"})


def descriptors() -> int:
    """Number of open descriptors of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_closed_pool_leaves_no_process_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, descriptor or folder remains, and a closed pool refuses calls."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = descendants(os.getpid()), descriptors()
    pool = Pool(workers=1, limits=Limits())
    assert raised_by("raise ValueError('here')", pool) == "ValueError: here"
    assert len(list(tmp_path.iterdir())) == 1
    pool.close()
    assert (descendants(os.getpid()), descriptors(), list(tmp_path.iterdir())) == (*before, [])
    with pytest.raises(Overloaded, match="shutting down"):
        pool.run({**EMPTY_JOB, "text": ""})


def test_a_failed_start_frees_the_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without disk space or processes, only this call is an accident; no descriptor is leaked."""
    with Pool(workers=1, limits=Limits(), max_waiting=0) as pool:
        before = descriptors()
        for module, name, number in (
            (tempfile, "mkdtemp", errno.ENOSPC),
            (subprocess, "Popen", errno.ENOSPC),
            (subprocess, "Popen", errno.EAGAIN),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(module, name, partial(raise_os_error, number))
                for _ in range(3):
                    with pytest.raises(
                        ProbeFailed,
                        match=f"no verifying process could be started: {os.strerror(number)}",
                    ):
                        pool.run({**EMPTY_JOB, "text": ""})
            assert descriptors() == before
        assert raised_by("raise ValueError('served')", pool) == "ValueError: served"


def raise_os_error(number: int, *_: object, **__: object) -> None:
    """Raise the operating system's error of this number."""
    raise OSError(number, os.strerror(number))


def test_the_processes_end_with_their_owner() -> None:
    """When the owner is killed, its fork server and workers end, too."""
    script = (
        "from designer.verification import Limits, Pool\n"
        "pool = Pool(workers=1, limits=Limits())\n"
        f"pool.run({ ({**EMPTY_JOB, 'foreign': False, 'text': ''})!r})\n"
        "print('warm', flush=True)\n"
        "pool.run(" + repr({**EMPTY_JOB, "foreign": False, "text": "while True: pass"}) + ")\n"
    )
    program = [sys.executable, "-c", script]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "warm\n"
        members = descendants(owner.pid)
        assert len(members) >= 3
        owner.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, members)), what="the end of the owner's processes")


def test_the_reply_to_an_interrupted_caller_is_dropped(lone_pool: Pool) -> None:
    """After an interrupted call, the next call gets its own reply."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(KeyboardInterrupt):
            raised_by("import time\ntime.sleep(2)\nraise ValueError('mine')", lone_pool)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert raised_by("raise ValueError('yours')", lone_pool) == "ValueError: yours"


def test_an_idle_fork_server_that_died_is_replaced(lone_pool: Pool) -> None:
    """If a fork server is killed between two requests, the next request succeeds."""
    fork_server = fork_server_of_the_lone_pool()
    os.kill(fork_server, signal.SIGKILL)
    wait_until(lambda: not is_alive(fork_server), what="its end")
    assert raised_by("raise ValueError('served')", lone_pool) == "ValueError: served"
    assert fork_server_of_the_lone_pool() != fork_server


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_fork_server_ignores_signals_meant_for_its_pool(
    lone_pool: Pool, signal_number: signal.Signals
) -> None:
    """A terminal or service manager signals all processes; the owner's jobs still finish."""
    fork_server = fork_server_of_the_lone_pool()
    os.kill(fork_server, signal_number)
    assert raised_by("raise ValueError('served')", lone_pool) == "ValueError: served"
    assert fork_server_of_the_lone_pool() == fork_server


def fork_server_of_the_lone_pool() -> int:
    """The only child of this process with the limits of this pool in its command."""
    limit = f'"timeout_s": {BUSY_S},'.encode()
    (fork_server,) = (
        process
        for process in descendants(os.getpid())
        if parent_of(process) == os.getpid()
        and limit in Path(f"/proc/{process}/cmdline").read_bytes()
    )
    return fork_server


def parent_of(process: int) -> int:
    """The parent's id of a process."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(process: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.slow
def test_memory_stays_flat(pool: Pool) -> None:
    """120 verifications by four threads (3,000 in a soak run) leave memory and processes flat."""
    gan = doubling_gan(1, (2, 2), base_channels=64, max_channels=64)
    with ThreadPoolExecutor(4) as clients:

        def verified(count: int) -> bool:
            receipts = clients.map(lambda _: verify_own_source(gan, pool).verdict, range(count))
            return set(receipts) == {"verified"}

        assert verified(60)
        before = resident_bytes(), descriptors(), len(descendants(os.getpid()))
        assert verified(soak_count(60, 2_940))
    assert resident_bytes() < before[0] + 64 * 2**20
    assert descriptors() <= before[1]
    assert len(descendants(os.getpid())) <= before[2]


def resident_bytes() -> int:
    """Resident memory of all descendants; shared pages count for each."""
    pages = [
        int(Path(f"/proc/{process}/statm").read_text().split()[1])
        for process in descendants(os.getpid())
    ]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
