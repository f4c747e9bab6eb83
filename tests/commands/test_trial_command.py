"""``gan-designer trial``: designs, data, table, JSON and exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from designer import design, design_document
from designer.cli import main
from designer.commands import trial as command
from designer.validation.json_text import document_text

SMALL = ("16", "--channels", "1", "--base-channels", "8", "--latent-dim", "6")
QUICK = ("--steps", "3", "--seeds", "2")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trial", *arguments])


@pytest.mark.torch
def test_the_table_has_a_row_for_each_seed() -> None:
    """Then mean and deviation; progress goes to stderr. With the pool of the command."""
    result = run(*SMALL, *QUICK)
    assert (result.exit_code, result.stderr) == (0, "seed 1 of 2 …\nseed 2 of 2 …\n")
    head, *rows = result.stdout.splitlines()
    assert head == "32 pictures of digits at 1×16×16, 3 steps"
    assert [row.split()[0] for row in rows] == ["seed", "0", "1", "mean", "deviation"]


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_json_is_the_answer_alone(tmp_path: Path) -> None:
    """The same for a size with options, for the id and for design.json."""
    fields: dict[str, Any] = {"channels": 1, "base_channels": 8, "latent_dim": 6}
    made = design(16, verify="none", **fields)
    file = tmp_path / "design.json"
    file.write_text(document_text(design_document(made)))
    answers = [
        json.loads(run(*given, *QUICK, "--data", "glyphs", "--json").stdout)
        for given in (SMALL, (made.id,), (str(file),))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["design"] == made.id
    assert len(answers[0]["runs"]) == 2
    curve = answers[0]["runs"][1]["generator"]["curve"]
    assert len(curve) == len(answers[0]["curve_steps"]) == 4


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_a_folder_of_pictures_is_taken(tmp_path: Path) -> None:
    """The user's own pictures; ``--output`` writes the answer."""
    for number in range(16):
        Image.new("L", (20, 20), 16 * number).save(tmp_path / f"{number}.png")
    output = tmp_path / "trial.json"
    result = run(*SMALL, *QUICK, "--data", str(tmp_path), "--json", "--output", str(output))
    assert (result.exit_code, result.stdout) == (0, "")
    data = json.loads(output.read_text())["data"]
    assert (data["name"], data["pictures"], data["shape"]) == ("folder", 16, [1, 16, 16])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a DESIGN, or a --factor"),
        (("16", "--data", "faces"), "faces is none of digits, photos, glyphs, and no folder"),
        (("16", "--data", "."), "pictures_unusable"),
        (("64", "--dimensions", "1"), "digits are pictures of two axes, and the design has 1"),
        (("1024",), "trial_too_expensive"),
        (("16", "--seeds", "0"), "seeds must be 1 to 10, got 0"),
        (("16", "--steps", "many"), "steps must be an integer, got 'many'"),
        (("lost.json",), "unknown_id_version"),
        (("1AAAA", "--channels", "1"), "contains the whole brief; omit channels"),
    ],
)
def test_invalid_input_is_refused(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2, before anything runs, in a folder with two pictures."""
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        Image.new("L", (20, 20), number).save(f"{number}.png")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.usefixtures("shared_pool")
def test_an_interrupted_trial_keeps_its_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the third seed: the answer has the first two, and status 130."""
    found = {"curve": [0.5, 0.25], "final_error": 0.25, "spectrum_error": 0.1, "condition": 3.0}

    def run_seed(_: object, seed: int, **__: object) -> dict[str, Any]:
        if seed == 2:
            raise KeyboardInterrupt
        more = {"discriminator": None, "pictures_sha256": "0", "torch_version": "2"}
        return {"seed": seed, "generator": found, **more}

    monkeypatch.setattr(command, "run_seed", run_seed)
    result = run(*SMALL, "--steps", "1", "--json")
    assert result.exit_code == 130
    assert result.stderr.endswith("interrupted after 2 of 3 seeds\n")
    answer = json.loads(result.stdout)
    assert ([each["seed"] for each in answer["runs"]], answer["seeds"]) == ([0, 1], 3)
    assert answer["summary"]["final_error"] == {"mean": 0.25, "deviation": 0.0}
