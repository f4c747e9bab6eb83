"""Repairs of sources: diffs of the text, each of which torch has run."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.audit.sources.repairs import repair_search
from designer.errors import ProbeNotStarted
from designer.verification import Pool
from tests.audit.sources.eager import run_text
from tests.audit.sources.source_styles import IMPORTS, STYLES

pytestmark = [pytest.mark.torch]


def patched(text: str, diff: str, folder: Path) -> str:
    """The source after ``git apply`` of the diff."""
    file = folder / "source.py"
    file.write_text(text if text.endswith("\n") else f"{text}\n")
    (folder / "change.diff").write_text(diff)
    command = ["git", "apply", "-p0", "--unsafe-paths", "change.diff"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return file.read_text()


WRONG = {
    "names as arguments": ("ngf, nc, 4, 2, 1", "ngf, nc, 3, 2, 1"),
    "skips that are concatenated": ("base * 2, base, 2, 2", "base * 2, base, 3, 2"),
    "one axis strides in a list": ("width, 7, padding=3", "width, 7, padding=2"),
    "functions only where they are used": ("16 * 5 * 5", "16 * 6 * 6"),
    "one expression": ("stride=(2, 2)", "stride=(2, 1)"),
}


@pytest.mark.parametrize("style", WRONG)
def test_a_diff_applies_and_repairs_the_source(style: str, tmp_path: Path, pool: Pool) -> None:
    """Every diff leads to a source that fits and has the wanted output shape."""
    input_shape, output_shape, text = STYLES[style]
    right, wrong = WRONG[style]
    assert text.count(right) == 1
    text = IMPORTS + text.replace(right, wrong)
    request = {"input_shape": input_shape, "source": text, "wanted_shape": output_shape}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] != "fits"
    assert answer["repairs"]
    for repair in answer["repairs"]:
        edited = {**request, "source": patched(text, repair["diff"], tmp_path)}
        second_answer: Any = audit(read_request(edited), runner=pool.run)
        assert second_answer["verdict"] == "fits", repair["summary"]
        assert second_answer["outputs"] == repair["outputs"]


def test_an_edit_of_one_loop_iteration_is_not_offered(pool: Pool) -> None:
    """The call in the loop makes all layers, so its text cannot change only one."""
    text = "nn.Sequential(*[nn.Conv2d(1, 1, 3, 2) for _ in range(3)])"
    request = {"input_shape": [1, 31, 31], "source": text, "wanted_shape": [1, 4, 4]}
    answer: Any = audit(read_request(request), runner=pool.run)
    for repair in answer["repairs"]:
        edited = "net = " + text.replace(
            "3, 2", repair["diff"].split("+nn.Sequential(*[nn.Conv2d(1, 1, ")[1].split(") for")[0]
        )
        assert run_text(edited, [1, 31, 31], 2, name="net").shape == [2, 1, 4, 4]


def test_line_numbers_match_the_python_parser(pool: Pool) -> None:
    """Form feeds, carriage returns and multi-byte characters before the edit."""
    text = "# größe\x0c\r\nnn.Sequential(nn.Flatten(), nn.Linear(9, 2))  # ß\r\n"
    request = {"input_shape": [2, 4], "source": text}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert "+nn.Sequential(nn.Flatten(), nn.Linear(8, 2))  # ß\r\n" in answer["repairs"][0]["diff"]


def test_a_repair_mends_what_fails_after_it(pool: Pool) -> None:
    """The whole text is run with every repair; here a linear layer fails behind the first fault."""
    text = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(4, 8, 3)
        self.l = nn.Linear(10, 2)

    def forward(self, x):
        y = self.c(x)[:, :, 1:]
        return self.l(y.flatten(1))
"""
    answer: Any = audit(read_request({"input_shape": [3, 9, 9], "source": text}), runner=pool.run)
    assert (answer["verdict"], answer["fails_at"]) == ("breaks", 0)
    assert answer["repairs"]
    for repair in answer["repairs"]:
        assert {edit["line"] for edit in repair["edits"]} == {4, 5}


def test_another_network_of_the_text_still_runs(pool: Pool) -> None:
    """The number that both networks share is not changed for one of them."""
    text = """width = 4
a = nn.Sequential(nn.Conv2d(3, width, 3), nn.Conv2d(4, 2, 3))
b = nn.Sequential(nn.Conv2d(3, width, 3), nn.Conv2d(8, 2, 3))
"""
    request = {"input_shape": [3, 9, 9], "source": text, "network": "b"}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "breaks"
    assert answer["repairs"]
    for repair in answer["repairs"]:
        assert "width = 8" not in repair["diff"]


def test_the_search_ends_in_time(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its time is over, no edited text is run; the verdict is given all the same."""
    monkeypatch.setattr(repair_search, "MAX_SECONDS", 0)
    text = "nn.Sequential(nn.Flatten(), nn.Linear(9, 2))"
    answer: Any = audit(read_request({"input_shape": [2, 4], "source": text}), runner=pool.run)
    assert (answer["verdict"], answer["repairs"]) == ("breaks", [])


def test_a_process_that_cannot_be_started_says_nothing_about_the_source() -> None:
    """The request fails for now, instead of blaming the source."""

    def no_process(job: dict[str, Any]) -> dict[str, Any]:
        raise ProbeNotStarted("no verifying process could be started")

    with pytest.raises(ProbeNotStarted):
        audit(read_request({"source": "net = nn.Identity()"}), runner=no_process)


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        ("512, 64, 4, 2, 1", "breaks"),
        ("3, 64, 4, 2, 1, output_padding=2", "breaks"),
        ("3, 64, 4, 2, 1, output_padding=1", "fits"),
    ],
)
def test_an_expensive_transposed_layer_is_refused_as_torch_does(
    arguments: str, verdict: str, pool: Pool
) -> None:
    """The meta device, which computes its sizes, accepts other channels and large output padding."""
    source = f"net = nn.Sequential(nn.ConvTranspose2d({arguments}))"
    request = {"source": source, "input_shape": [3, 512, 512]}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == verdict


OTHER_AXES: dict[str, tuple[list[int], list[int], str]] = {
    "a flattened map": ([4, 4, 4], [4, 130], "nn.ConvTranspose2d(4, 4, 4, 2, 1), nn.Flatten(2)"),
    "two kinds of layers": (
        [4, 16],
        [4, 8, 9],
        "nn.ConvTranspose1d(4, 4, 4, 2, 1), nn.Unflatten(2, (4, 8)), nn.ConvTranspose2d(4, 4, 4, 2, 1)",
    ),
    "a batch as channels": ([4, 6], [8, 13], "nn.ConvTranspose2d(2, 2, (4, 3), (2, 1), 1)"),
    "a batch of vectors as a signal": ([6], [26], "nn.ConvTranspose1d(2, 2, 4, 2, 1)"),
    "a sequence of features": (
        [4, 16],
        [4, 32],
        "nn.Linear(16, 32), nn.ConvTranspose1d(4, 4, 4, 2, 1)",
    ),
}


@pytest.mark.parametrize("name", OTHER_AXES)
def test_layers_may_have_other_axes_than_the_wanted_shape(name: str, pool: Pool) -> None:
    """There is a repair, and torch runs it to the wanted shape."""
    shape, wanted, layers = OTHER_AXES[name]
    request = {"source": f"nn.Sequential({layers})", "input_shape": shape, "wanted_shape": wanted}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "misses"
    assert answer["repairs"]
    assert all(repair["outputs"] == [2, *wanted] for repair in answer["repairs"])
