"""The mirror of residual networks, whose Jacobian is that of the network transposed.

The networks are linear: without norms and activations, a mirror with the same weights is the adjoint of
its network. Each block has its oracle's data beside its layers: where the weights stand, and the factor
by which resizing differs from the adjoint of pooling. No formula of the product is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from designer.audit.answer import audit
from designer.audit.request import read_request
from tests.audit.eager_torch import MODULES, apply
from tests.audit.residual_blocks import (
    CASES,
    Block,
    MakeBlock,
    conv,
    list_of,
    residual_network,
    resized_block,
    transposed_block,
)

pytestmark = pytest.mark.torch

Json = dict[str, Any]


def weights_of(layers: list[Json]) -> list[Tensor]:
    """Random weights of the layers that have them, in order."""
    found = []
    for layer in layers:
        if layer["op"] in ("conv", "conv_transpose"):
            module = made(layer)
            found.append(torch.randn(module.weight.shape, dtype=torch.float64))
    return found


def made(layer: Json) -> Any:  # noqa: ANN401
    given = {key: value for key, value in layer.items() if key not in ("op", "ndim")}
    given = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    return MODULES[layer["op"]][layer["ndim"] - 1](**given).double()


def run(layers: list[Json], weights: list[Tensor], value: Tensor) -> list[Tensor]:
    """The maps after the layers, in torch."""
    seen, left = [value], iter(weights)
    for layer in layers:
        if layer["op"] in ("conv", "conv_transpose"):
            module = made(layer)
            module.weight = torch.nn.Parameter(next(left))
            seen.append(module(seen[-1]))
        else:
            seen.append(apply(layer, seen, training=True))
    return seen


def jacobian(layers: list[Json], weights: list[Tensor], shape: list[int]) -> Tensor:
    """Outputs by inputs, of one sample."""
    value = torch.zeros(1, *shape, dtype=torch.float64)
    found = torch.autograd.functional.jacobian(lambda given: run(layers, weights, given)[-1], value)
    return found.reshape(-1, value.numel())  # type: ignore[no-any-return]


def mirrored(shape: list[int], layers: list[Json]) -> list[Json]:
    answer: Any = audit(
        read_request({"input_shape": shape, "layers": layers, "mirror": True}), runner=None
    )
    assert (answer["verdict"], answer["mirror_left_out"]) == ("fits", [])
    return answer["mirror"]  # type: ignore[no-any-return]


def assert_adjoint(shape: list[int], blocks: list[Block], back: list[Json]) -> None:
    """The mirror with the network's weights is its adjoint, and passes every block's map."""
    layers, weights, behind = list_of(blocks), [], []
    for block in blocks:
        paths = [weights_of(block.body), weights_of(block.shortcut)]
        weights += [each for path in paths for each in path]
        behind.insert(0, [each for path in paths for each in reversed(path)])
    maps = run(layers, weights, torch.zeros(1, *shape, dtype=torch.float64))
    there = jacobian(layers, weights, shape)
    start = [*maps[-1].shape[1:]]
    given = [each for block in behind for each in block]
    maps_back = run(back, given, torch.zeros(1, *start, dtype=torch.float64))
    passed = [list(each.shape[1:]) for each in maps_back]
    ends = [len(list_of(blocks[: count + 1])) for count in range(len(blocks))]
    between = [[*maps[end].shape[1:]] for end in [0, *ends]]
    sums = [place + 1 for place, layer in enumerate(back) if layer["op"] == "add_from"]
    assert [passed[place] for place in [0, *sums]] == between[::-1]
    factor = 1.0
    for block in blocks:
        factor *= block.factor if block.factor > 0 else -1 / block.factor
    expected = there.T / factor
    assert torch.allclose(jacobian(back, given, start), expected, atol=1e-9)


@pytest.mark.parametrize(("size", "grows"), CASES, ids=str)
def test_the_mirror_of_residual_blocks_is_their_adjoint(size: tuple[int, ...], grows: bool) -> None:
    """Of blocks that enlarge, shrink or keep maps; a size that pooling does not divide is resized."""
    shape, blocks = residual_network(size, grows=grows)
    back = mirrored(shape, list_of(blocks))
    if divides(shape, blocks):
        assert_adjoint(shape, blocks, back)
    else:
        end = [*run_shapes(list_of(blocks), shape)[-1]]
        assert run_shapes(back, end)[-1] == shape


def run_shapes(layers: list[Json], shape: list[int]) -> list[list[int]]:
    value = torch.zeros(1, *shape, dtype=torch.float64)
    return [list(each.shape[1:]) for each in run(layers, weights_of(layers), value)]


def divides(shape: list[int], blocks: list[Block]) -> bool:
    """Whether every mean of two is taken of an even size."""
    maps = run_shapes(list_of(blocks), shape)
    starts = [0, *(len(list_of(blocks[:count])) for count in range(1, len(blocks)))]
    pooled = [start for start, block in zip(starts, blocks, strict=True) if block.factor < 0]
    return all(size % 2 == 0 for start in pooled for size in maps[start][1:])


def test_most_sizes_have_an_adjoint() -> None:
    cases = [residual_network(size, grows=grows) for size, grows in CASES]
    exact = [divides(*case) for case in cases]
    assert sum(exact) >= 20
    ranks = {len(shape) for (shape, _), is_exact in zip(cases, exact, strict=True) if is_exact}
    assert ranks == {2, 3, 4}


def wrong_mirrors(back: list[Json]) -> Iterator[tuple[str, list[Json]]]:
    """Mirrors with one fault each: a shortcut dropped, a step inverted on one path only."""
    for place, layer in enumerate(back):
        if layer["op"] == "add_from":
            yield (
                "dropped shortcut",
                [*back[:place], {**layer, "op": "branch_from"}, *back[place + 1 :]],
            )
        if layer["op"] == "adaptive_pool":
            kept = {**layer, "op": "avg_pool", "kernel_size": 1}
            del kept["output_size"]
            yield "one path only", [*back[:place], kept, *back[place + 1 :]]
        if layer.get("stride", 1) != 1:
            kept = {**layer, "stride": 1}
            yield "one path only", [*back[:place], kept, *back[place + 1 :]]


@pytest.mark.parametrize("block", [transposed_block, resized_block], ids=["transposed", "resized"])
def test_a_wrong_mirror_is_no_adjoint(block: MakeBlock) -> None:
    """The oracle refuses each: another Jacobian, or maps that do not meet."""
    blocks = [block(2, 1, 2, Random(3)), block(1, 2, 2, Random(4))]
    shape = [2, 3, 4]
    back = mirrored(shape, list_of(blocks))
    assert_adjoint(shape, blocks, back)
    kinds = set()
    for kind, wrong in wrong_mirrors(back):
        kinds.add(kind)
        with pytest.raises((AssertionError, RuntimeError)):
            assert_adjoint(shape, blocks, wrong)
    assert kinds == {"dropped shortcut", "one path only"}


def test_norms_and_activations_keep_their_ends_of_a_path() -> None:
    """A pre-activation block stays one: its path starts with them, the shortcut does without."""
    window = {"kernel_size": 4, "stride": 2, "padding": 1}
    step = {"op": "conv_transpose", "in_channels": 8, "out_channels": 4, **window}
    layers = [
        {"op": "norm", "activation": "relu"},
        {**step, "norm": "batch", "activation": "relu"},
        {"op": "conv", "in_channels": 4, "out_channels": 4, "kernel_size": 3, "padding": 1},
        {"op": "branch_from", "from": -1},
        step,
        {"op": "add_from", "from": 2, "activation": "tanh"},
    ]
    answer: Any = audit(
        read_request({"input_shape": [8, 4, 4], "layers": layers, "mirror": True}), runner=None
    )
    found = [(each["op"], each.get("norm"), each.get("activation")) for each in answer["mirror"]]
    assert found == [
        ("branch_from", "batch", "relu"),
        ("conv_transpose", "batch", "relu"),
        ("conv", None, None),
        ("branch_from", None, None),
        ("conv", None, None),
        ("add_from", None, None),
    ]


def test_a_block_inside_a_block_is_mirrored() -> None:
    """As in dense residual networks."""
    layer = conv(2, 2, 2)
    layers = [layer, layer, {"op": "add_from", "from": 0}, layer, {"op": "add_from", "from": -1}]
    back = mirrored([2, 5, 4], layers)
    weights = weights_of(layers)
    expected = jacobian(layers, weights, [2, 5, 4]).T
    assert torch.allclose(jacobian(back, weights[::-1], [2, 5, 4]), expected)


def test_a_block_with_a_layer_that_has_no_mirror_is_left_out() -> None:
    """As a whole, with the layer and the sum named; the rest of the network is mirrored."""
    joined = {"op": "concat", "extra_channels": 2}
    halved = {"op": "conv", "in_channels": 4, "out_channels": 2, "kernel_size": 3, "padding": 1}
    layers = [halved, joined, halved, {"op": "add_from", "from": 0}]
    answer: Any = audit(
        read_request({"input_shape": [4, 6, 6], "layers": layers, "mirror": True}), runner=None
    )
    assert [each["op"] for each in answer["mirror"]] == ["conv_transpose"]
    assert answer["mirror_left_out"] == [
        "layer 1 (concat, 2×6×6 to 4×6×6) cannot be mirrored",
        "layer 3 (add_from, 2×6×6 to 2×6×6) cannot be mirrored",
    ]


def test_sums_that_share_layers_end_quickly() -> None:
    """Each map is the sum of the last two: no block is apart from the others, and the work is bounded."""
    layer = {"op": "conv", "in_channels": 1, "out_channels": 1, "kernel_size": 1}
    layers: list[Json] = [layer]
    while len(layers) < 250:
        layers += [layer, {"op": "add_from", "from": len(layers) - 3 if len(layers) > 2 else -1}]
    request = {"input_shape": [1, 4, 4], "layers": layers, "mirror": True}
    answer: Any = audit(read_request(request), runner=None)
    assert len(answer["mirror_left_out"]) > 100
    nested = [{"op": "add_from", "from": -1}] * 256
    answer = audit(
        read_request({"input_shape": [1, 4], "layers": nested, "mirror": True}), runner=None
    )
    assert len(answer["mirror"]) + len(answer["mirror_left_out"]) == 256
