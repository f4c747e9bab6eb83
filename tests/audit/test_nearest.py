"""The nearest input sizes: torch runs them, and none that is closer fits."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.eager_torch import run_layers
from tests.audit.forum_questions import FLAT, conv, linear, pool, up
from tests.audit.test_known_repairs import DISCRIMINATOR, u_net
from tests.audit.test_repairs import run_in_process

Json = dict[str, Any]


def nearest(layers: list[Json], input_shape: list[int], **more: object) -> Json:
    """The nearest sizes of a network that does not fit, each run in eager torch."""
    request = {"layers": layers, "input_shape": input_shape, **more}
    found: Json = audit(read_request(request), runner=run_in_process)["nearest"]  # type: ignore[assignment]
    for shape, end in zip(found["input_shapes"], found["output_shapes"], strict=True):
        outcome = run_layers(layers, shape)
        assert (outcome.fails_at, outcome.shapes[-1]) == (None, end)
    return found


def fits(layers: list[Json], shape: list[int]) -> bool:
    return run_layers(layers, shape).fails_at is None


@pytest.mark.torch
def test_four_poolings_take_688_and_not_704() -> None:
    """684 = 16·42 + 12: the next multiple of 16 is 688; no side between fits."""
    found = nearest(u_net(4), [1, 684, 1024])
    assert found["input_shapes"][0] == [1, 688, 1024]
    assert found["multiples"] == [16, 16]
    assert not any(fits(u_net(4), [1, side, 16]) for side in range(673, 688))


@pytest.mark.torch
@pytest.mark.parametrize(("levels", "side"), [*product([1, 2, 3], [17, 22, 25])])
def test_no_closer_square_fits(levels: int, side: int) -> None:
    """Brute force over all squares between."""
    layers = u_net(levels, width=1)
    if fits(layers, [1, side, side]):
        return
    found = nearest(layers, [1, side, side])
    first = found["input_shapes"][0][1]
    closer = range(side - abs(first - side) + 1, side + abs(first - side))
    assert not any(fits(layers, [1, each, each]) for each in closer)
    multiple = found["multiples"][0]
    assert [each for each in range(1, 41) if fits(layers, [1, each, each])] == [
        each for each in range(1, 41) if each % multiple == 0
    ]


@pytest.mark.torch
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sizes_are_found_along_every_number_of_axes(rank: int) -> None:
    """A skip over two poolings, with unequal sides."""
    layers = [
        conv(1, 1, 3, 1, 1),
        pool(),
        pool(),
        up(1, 1, 4, 4),
        {"op": "concat_from", "from": 0},
    ]
    sides = [22, 13, 9][:rank]
    found = nearest(layers, [1, *sides])
    expected = [[20, 12, 8], [24, 12, 8]]
    assert found["input_shapes"][0] in [[1, *each[:rank]] for each in expected]
    assert found["multiples"] == [4] * rank


@pytest.mark.torch
def test_sizes_give_the_wanted_output_if_any_does() -> None:
    """A DCGAN's discriminator fed 128 is built for 64, of which no multiples fit."""
    found = nearest(DISCRIMINATOR, [3, 128, 128], wanted_shape=[1, 1, 1])
    assert found["input_shapes"] == [[3, 64, 64]]
    assert found["multiples"] is None


@pytest.mark.torch
def test_a_linear_layer_has_one_size() -> None:
    layers = [conv(3, 4, 4, 2, 1), FLAT, linear(4 * 16 * 16, 10)]
    found = nearest(layers, [3, 40, 40])
    assert (found["input_shapes"], found["multiples"]) == ([[3, 32, 32]], None)


CHAIN = """class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 3, padding=1)
        self.up = nn.ConvTranspose2d(2, 2, 4, stride=4)

    def forward(self, x):
        x = self.a(x)
        y = self.b(F.max_pool2d(x, 4))
        return torch.cat([x, self.up(y)], 1)
"""
GATED = CHAIN.replace(
    "self.b(F.max_pool2d(x, 4))", "torch.lerp(F.max_pool2d(x, 4), F.avg_pool2d(x, 4), 0.5)"
)


@pytest.mark.torch
@pytest.mark.parametrize("source", [CHAIN, GATED], ids=["a list of layers", "another graph"])
def test_a_source_is_run_with_the_nearest_sizes(source: str, pool: Pool) -> None:
    """22×32 becomes 24×32 or 20×32, as run again."""
    request = {"source": source, "input_shape": [1, 22, 32]}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "breaks"
    found = answer["nearest"]
    assert found["input_shapes"][0] in ([1, 24, 32], [1, 20, 32])
    for shape, end in zip(found["input_shapes"], found["output_shapes"], strict=True):
        again: Any = audit(read_request(request | {"input_shape": shape}), runner=pool.run)
        assert (again["verdict"], again["output_shape"]) == ("fits", end)
    assert answer["search"]["runs"] <= answer["search"]["most_runs"]
