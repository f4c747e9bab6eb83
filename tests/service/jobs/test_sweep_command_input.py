"""Input that ``gan-designer sweep`` refuses, with its error messages."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.cli import main
from service.commands.sweep.command import sweep
from service.jobs.store.sqlite import SqliteStore
from tests.service.servers import ROOT


def invoke(folder: Path, *arguments: str) -> Result:
    """The command in this process, with its state in a folder."""
    environment = {"GAN_DESIGNER_STATE_FOLDER": str(folder / "state")}
    main.add_command(sweep)
    return CliRunner().invoke(main, ["sweep", *arguments], env=environment)


REFUSED = {
    "nothing": ([], "give a FILE with a request, or --resolution"),
    "no-resolution": (["--latent-dim", "8"], "resolution is required"),
    "no-value": (["--resolution", ""], "/grid/resolution/0"),
    "unknown-option": (["--resolution", "8", "--seed", "1"], "No such option"),
    "unknown-level": (["--resolution", "8", "--verify", "some"], "'some' is not one of"),
    "a-falling-range": (
        ["--resolution", "64..28"],
        "a range must ascend, as 28..64:4 does; got 64..28",
    ),
    "no-step": (["--resolution", "8..16:0"], "a range must ascend"),
    "a-long-range": (["--resolution", "8", "--latent-dim", "1..999999999"], "999,999,999 values"),
    "many-rows": (
        ["--resolution", "8,12,16", "--latent-dim", "1..3334"],
        "a sweep has at most 10,000 rows, got 10,002",
    ),
    "a-wrong-row": (["--resolution", "8,3", "--latent-dim", "8"], "invalid: /grid/resolution/1"),
    "its-index": (["--resolution", "8,3", "--latent-dim", "8"], "row 1: resolution must be 4 to"),
    "no-json": (["--resolution", "8", "--discriminator", "{"], "malformed_json"),
    "an-ending": (["--resolution", "8", "--output", "rows.txt"], "must end in .csv or .jsonl"),
    "two-forms": (["--resolution", "8", "--json", "--output", "a.csv"], "--json contradicts"),
    "no-folder": (["--resolution", "8", "--output", "nowhere/a.csv"], "there is no folder nowhere"),
    "no-writing": (["--resolution", "8", "--output", "/proc/a.csv"], "cannot write to /proc/a.csv"),
    "no-file": (
        ["--resolution", "8", "--json", "--output", "/dev/null"],
        "it is not a regular file",
    ),
    "no-request": (["nowhere.json"], "No such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_input_is_refused_before_anything_is_queued(tmp_path: Path, case: str) -> None:
    arguments, words = REFUSED[case]
    done = invoke(tmp_path, *arguments)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert words in done.stderr
    assert done.stdout == ""
    assert SqliteStore(tmp_path / "state" / "jobs.sqlite").unfinished() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "malformed_json"),
        ("[]", "not_an_object"),
        ("{}", "a sweep needs designs or a grid"),
        ('{"designs": []}', "wrong_length"),
        ('{"grid": {"resolution": []}}', "wrong_length"),
        ('{"grid": {"resolution": [8]}, "seed": 1}', "unknown_field"),
        ('{"designs": [{"resolution": 8, "latent_dim": 4, "seed": 1}]}', "unknown_field"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With ``--json`` stdout holds the refusal as an object."""
    file = tmp_path / "request.json"
    file.write_text(text)
    done = invoke(tmp_path, str(file), "--json")
    assert done.exit_code == 2
    assert words in done.stderr
    assert json.loads(done.stdout)["errors"]
    assert SqliteStore(tmp_path / "state" / "jobs.sqlite").unfinished() == []


def test_a_file_and_lists_exclude_each_other(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"grid": {"resolution": [8], "latent_dim": [4]}}')
    done = invoke(tmp_path, str(file), "--latent-dim", "5")
    assert done.exit_code == 2
    assert "FILE already contains the designs; leave out --latent-dim" in done.stderr


def test_wrong_rows_leave_no_file_behind(tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    done = invoke(tmp_path, "--resolution", "3", "--latent-dim", "8", "--output", str(output))
    assert done.exit_code == 2
    assert sorted(tmp_path.glob("rows*")) == []


def test_a_folder_that_cannot_hold_state_is_reported(tmp_path: Path) -> None:
    """With status 3: the request itself is valid."""
    (tmp_path / "state").write_text("a file where the folder should be")
    done = invoke(tmp_path, "--resolution", "8", "--latent-dim", "4")
    assert done.exit_code == 3
    assert "not run: " in done.stderr


def test_a_wrong_setting_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_DESIGNER_JOB_ATTEMPTS", "0")
    done = invoke(tmp_path, "--resolution", "8", "--latent-dim", "4")
    assert done.exit_code == 2
    assert "GAN_DESIGNER_JOB_ATTEMPTS" in done.stderr


def test_the_command_is_declared() -> None:
    """By the entry point in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["entry-points"]["gan_designer.commands"]["sweep"]
    assert declared == f"{sweep.callback.__module__}:{sweep.name}"
