"""What is taken as wanted where the request names no shape, and shapes per output."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.forum_questions import FLAT, conv, linear, up
from tests.audit.test_repairs import run_in_process

Json = dict[str, Any]

ENCODER = [conv(1, 4, 3, 2, 1), conv(4, 8, 3, 2, 1)]
AUTOENCODER = [*ENCODER, up(8, 4, 3, 2, 1, output_padding=1), up(4, 1, 3, 2, 1)]
"""28 to 27."""


def audited(layers: list[Json], shape: list[int], **more: object) -> Any:  # noqa: ANN401
    request = {"layers": layers, "input_shape": shape, **more}
    return audit(read_request(request), runner=run_in_process)


@pytest.mark.torch
def test_an_autoencoder_is_to_give_its_input() -> None:
    """It misses by one, says what it takes as wanted, and is repaired to it."""
    answer = audited(AUTOENCODER, [1, 28, 28])
    assert (answer["verdict"], answer["output_shape"]) == ("misses", [1, 27, 27])
    assert (answer["wanted_shape"], answer["wanted_from"]) == ([1, 28, 28], "input")
    assert answer["wanted_shapes"] == [[1, 28, 28]]
    assert "wanted_from_input" in [reason["code"] for reason in answer["reasons"]]
    assert answer["repairs"][0]["output_shape"] == [1, 28, 28]


OTHERS: dict[str, tuple[list[Json], list[int]]] = {
    "an autoencoder that fits": ([*AUTOENCODER[:3], up(4, 1, 4, 2, 1)], [1, 28, 28]),
    "convolutions without padding": ([conv(3, 8, 3), conv(8, 3, 3)], [3, 28, 28]),
    "a classifier": ([*ENCODER, FLAT, linear(8 * 49, 10)], [1, 28, 28]),
    "other channels": ([*AUTOENCODER[:3], up(4, 2, 3, 2, 1)], [1, 28, 28]),
    "a super-resolution network": (
        [conv(1, 4, 3, 2, 1), up(4, 4, 4, 2, 1), up(4, 1, 4, 2, 1)],
        [1, 28, 28],
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_assumed_of_other_networks(name: str) -> None:
    layers, shape = OTHERS[name]
    answer = audited(layers, shape)
    assert (answer["verdict"], answer["wanted_shape"]) == ("fits", None)
    assert answer["wanted_from"] is None


@pytest.mark.torch
def test_a_target_in_the_message_comes_first_and_a_request_before_it() -> None:
    """The message of a loss over (2, 1, 26, 26)."""
    error = (
        "UserWarning: Using a target size (torch.Size([2, 1, 26, 26])) that is different to the input"
        " size (torch.Size([2, 1, 27, 27]))."
    )
    answer = audited(AUTOENCODER, [1, 28, 28], error=error)
    assert (answer["wanted_shape"], answer["wanted_from"]) == ([1, 26, 26], "error")
    assert "wanted_from_error" in [reason["code"] for reason in answer["reasons"]]
    answer = audited(AUTOENCODER, [1, 28, 28], error=error, wanted_shape=[1, 27, 27])
    assert (answer["verdict"], answer["wanted_from"]) == ("fits", "request")


SOURCE = """class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1))
        self.up = nn.ConvTranspose2d(8, 4, 3, 2, 1, output_padding=1)
        self.out = nn.ConvTranspose2d(4, 1, 3, 2, 1)
        self.head = nn.Linear(8 * 49, 10)

    def forward(self, x):
        code = self.down(x)
        return self.out(self.up(code)), self.head(code.flatten(1))
"""


@pytest.mark.torch
def test_the_reconstruction_among_several_outputs_is_to_be_the_input(pool: Pool) -> None:
    answer: Any = audit(
        read_request({"source": SOURCE, "input_shape": [1, 28, 28]}), runner=pool.run
    )
    assert (answer["verdict"], answer["wanted_from"]) == ("misses", "input")
    first = answer["repairs"][0]
    assert first["idea"] == ["output_padding"]
    assert first["outputs"] == [[2, 1, 28, 28], [2, 10]]


@pytest.mark.torch
def test_shapes_are_wanted_per_output(pool: Pool) -> None:
    """The second output is to have 12 numbers, the first may have any shape."""
    request = {"source": SOURCE, "input_shape": [1, 28, 28], "wanted_shapes": [None, [12]]}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert (answer["verdict"], answer["wanted_from"]) == ("misses", "request")
    assert answer["wanted_shapes"] == [None, [12]]
    first = answer["repairs"][0]
    assert first["outputs"] == [[2, 1, 27, 27], [2, 12]]
    assert [edit["after"] for edit in first["edits"]] == ["self.head = nn.Linear(8 * 49, 12)"]
