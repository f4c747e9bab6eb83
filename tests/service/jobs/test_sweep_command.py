"""``gan-designer sweep`` in a process of its own: output, interruption and resumption."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.networks import Network
from designer.pipeline.make_design import design
from service.jobs.job import JobState
from tests.real_processes.redis import RedisServer
from tests.service.jobs.run_command import PROGRAM, SMALL, Command
from tests.service.jobs.workers import running_worker
from tests.service.processes import descendants, is_gone
from tests.service.servers import ROOT
from tests.test_readme import Shell, console_commands
from tests.wait import TIMEOUT_S, wait_until

BRIEF_EXAMPLES = [
    Brief(resolution=size, latent_dim=latent, base_channels=4, verify=Level.NONE)
    for size in ((8, 8), (12, 16))
    for latent in (4, 6)
]
"""The briefs of the options in SMALL: the last option changes fastest."""

ROWS = 1_500
MANY = ["--resolution", "8..24:4", "--latent-dim", "1..300", "--base-channels", "4"]
MANY += ["--verify", "none", "--output", "rows.jsonl"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A folder in which the small sweep has been run once."""
    command = Command(tmp_path_factory.mktemp("small"))
    status, out, err = command.run(*SMALL, "--output", "rows.jsonl")
    assert (status, out) == (0, ""), err
    assert "4 rows: 4 verified" in err
    return command


def network_costs(network: Network) -> dict[str, int]:
    costs = ("parameters", "multiply_adds", "activation_bytes")
    return {name: getattr(network, name) for name in costs}


@pytest.mark.torch
@pytest.mark.slow
def test_rows_are_what_the_library_makes(small: Command) -> None:
    """Sizes, figures and sources of every design, in the order of the options."""
    rows = [json.loads(line) for line in small.lines("rows.jsonl")]
    assert [row["index"] for row in rows] == [0, 1, 2, 3]
    for row, brief in zip(rows, BRIEF_EXAMPLES, strict=True):
        made = design(brief)
        assert (row["resolution"], row["latent_dim"]) == ([*brief.resolution], brief.latent_dim)
        assert row["sizes"] == [list(size) for size in made.chain.sizes]
        assert row["generator"] == network_costs(made.gan.networks["generator"])
        assert row["discriminator"] == network_costs(made.gan.networks["discriminator"])
        assert row["source_sha256"] == made.source.sha256
        assert (row["verdict"], row["problem"]) == ("verified", None)


@pytest.mark.torch
@pytest.mark.slow
def test_repeating_a_sweep_only_reads_its_stored_rows(small: Command) -> None:
    """With ``--json`` stdout holds the same lines and nothing else; no row is computed again."""
    before = small.attempts()
    status, out, err = small.run(*SMALL, "--json")
    assert status == 0, err
    assert out.splitlines() == small.lines("rows.jsonl")
    assert small.attempts() == before == dict.fromkeys(range(4), 1)
    assert "4 rows, 4 already done" in err
    assert not (small.folder / "rows.jsonl.part").exists()


@pytest.mark.torch
@pytest.mark.slow
def test_csv_has_the_same_rows(small: Command) -> None:
    """On stdout by default, and in a file whose name ends in .csv."""
    rows = [json.loads(line) for line in small.lines("rows.jsonl")]
    status, out, _ = small.run(*SMALL)
    assert (status, small.run(*SMALL, "--output", "rows.csv")[:2]) == (0, (0, ""))
    assert small.lines("rows.csv") == out.splitlines()
    for cells, row in zip(csv.DictReader(io.StringIO(out)), rows, strict=True):
        assert cells["id"] == row["id"]
        assert cells["resolution"] == "x".join(map(str, row["resolution"]))
        assert cells["sizes"].split()[-1] == cells["resolution"]
        assert int(cells["generator_parameters"]) == row["generator"]["parameters"]
        assert (cells["encoder_parameters"], cells["verdict"]) == ("", "verified")


@pytest.mark.torch
@pytest.mark.slow
def test_a_terminal_shows_a_bar_and_the_rows_above_it(small: Command) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", *SMALL, "--json"],
        cwd=small.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b"".join(read_all(ours)).decode()
    assert process.wait(timeout=TIMEOUT_S) == 0, shown
    assert "━" in shown
    assert "4/4" in shown
    for line in small.lines("rows.jsonl"):
        assert line in shown


def read_all(descriptor: int) -> Iterator[bytes]:
    """The output until the terminal is closed, which is an error for its reader."""
    with os.fdopen(descriptor, "rb", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(65536)
            except OSError:
                return
            if not piece:
                return
            yield piece


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_stopped_sweep_is_resumed(tmp_path: Path, how: signal.Signals) -> None:
    """No process is left, the ``.part`` file has whole lines, and no stored row is computed again.

    The interrupt goes to the whole process group, as from a terminal.
    """
    command = Command(tmp_path)
    (tmp_path / "rows.jsonl").write_text("of last night\n")
    process = command.start(*MANY)
    wait_until(lambda: len(command.lines("rows.jsonl.part")) >= 20, what="20 rows")
    below = descendants(process.pid)
    (os.killpg if how is signal.SIGINT else os.kill)(process.pid, how)
    out, err = process.communicate(timeout=TIMEOUT_S)
    wait_until(lambda: all(is_gone(pid) for pid in below), what="the end of its processes")
    assert len(below) >= 3, "supervisor, worker, child process"
    assert out == ""
    if how is signal.SIGINT:
        assert process.returncode == 130, err
        assert f"of {ROWS:,} rows; run the same command to resume" in err
    part = [json.loads(line)["index"] for line in command.lines("rows.jsonl.part")]
    assert part == list(range(len(part)))
    assert len(part) < ROWS
    assert command.lines("rows.jsonl") == ["of last night"], "until all new rows are stored"
    assert command.ask("SELECT state FROM jobs") == [(JobState.RUNNING,)], "not cancelled"
    assert_resumes(command)


def assert_resumes(command: Command) -> None:
    """The same command computes the missing rows, and only those."""
    there = {position for (position,) in command.ask("SELECT position FROM rows")}
    before = command.attempts()
    status, _, err = command.run(*MANY)
    assert status == 0, err
    assert f"{ROWS:,} rows, {len(there):,} already done" in err
    rows = [json.loads(line) for line in command.lines("rows.jsonl")]
    assert [row["index"] for row in rows] == list(range(ROWS))
    assert {row["verdict"] for row in rows} == {"not_run"}
    after = command.attempts()
    assert {index: after[index] for index in there} == {index: before[index] for index in there}
    assert sum(after.values()) <= ROWS + 2, "except for rows in progress"
    assert not (command.folder / "rows.jsonl.part").exists()


def test_a_command_killed_as_it_starts_leaves_no_process(tmp_path: Path) -> None:
    """The kernel signals the supervisor, even before its first poll."""
    process = Command(tmp_path).start(*MANY)
    wait_until(lambda: bool(descendants(process.pid)), what="a child process")
    below = descendants(process.pid)
    process.kill()
    process.communicate()
    wait_until(lambda: all(is_gone(pid) for pid in below), what="the end of its processes")


@pytest.mark.slow
def test_a_fleet_computes_the_rows(tmp_path: Path, shared_redis: RedisServer) -> None:
    """With REDIS_URL the sweep uses the queues of the servers' jobs; another worker computes it."""
    variables = {"REDIS_URL": shared_redis.url, "GAN_DESIGNER_EMBEDDED_WORKER": "false"}
    command = Command(tmp_path, **variables)
    with running_worker(tmp_path / "elsewhere", redis_url=shared_redis.url):
        status, out, err = command.run(*SMALL, "--verify", "none", "--json")
    assert status == 0, err
    assert [json.loads(line)["index"] for line in out.splitlines()] == [0, 1, 2, 3]
    assert not (tmp_path / ".gan-designer" / "jobs.sqlite").exists()


@pytest.mark.slow
def test_the_documented_console_output_is_what_the_command_prints(tmp_path: Path) -> None:
    """Every console block of docs/sweeps.md, in order."""
    script = tmp_path / ".venv" / "bin" / "gan-designer"
    script.parent.mkdir(parents=True)
    lines = [f"#!{sys.executable}", "import sys", f"sys.path.insert(0, {str(ROOT)!r})"]
    script.write_text("\n".join([*lines, PROGRAM]))
    script.chmod(0o755)
    shell = Shell(tmp_path)
    shell.environment |= {"PYTHONPATH": str(ROOT)}
    for command, shown in console_commands((ROOT / "docs" / "sweeps.md").read_text()):
        shell.run(command, shown)
