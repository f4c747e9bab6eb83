"""Receptive fields of graphs, against the gradients that torch computes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from designer.audit import audit, read_request
from tests.audit.eager_torch import apply
from tests.support import soak_count

Json = dict[str, Any]


def random_layer(random: Random) -> Json:
    """A layer of one channel whose window is not unusual."""
    op = random.choice(["conv", "conv_transpose", "max_pool", "avg_pool", "upsample", "pad"])
    if op == "upsample":
        return {
            "op": op,
            "scale_factor": random.choice([2, 3]),
            "mode": random.choice(["nearest", "linear"]),
        }
    if op == "pad":
        return {"op": op, "pad": [random.randint(0, 2), random.randint(0, 2)]}
    kernel = random.randint(1, 5)
    layer: Json = {"op": op, "kernel_size": kernel, "stride": random.randint(1, 3)}
    if "pool" in op:
        return layer | {"padding": random.randint(0, kernel // 2)}
    layer |= {"in_channels": 1, "out_channels": 1, "padding": random.randint(0, kernel - 1)}
    return layer | ({"dilation": random.randint(1, 2)} if op == "conv" else {})


def read_pixels(layers: list[Json], size: int, position: int) -> list[int]:
    """The input pixels on which a position of the output depends, by its gradient."""
    pixels = torch.rand(1, 1, size, dtype=torch.float64, requires_grad=True)
    seen: list[Tensor] = [pixels]
    for layer in layers:
        seen.append(apply(layer, seen, training=False))
    seen[-1][0, 0, position].backward()
    assert pixels.grad is not None
    return [int(place) for place in pixels.grad[0, 0].nonzero()]


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """Layers are made in float64, where no gradient vanishes by rounding."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.torch
def test_a_position_depends_on_no_pixel_outside_its_field() -> None:
    """``offset + k·stride`` is the first pixel of position k, and the field covers the last."""
    random, checked, reached = Random(3), 0, 0
    while checked < soak_count(60, 2_000):
        layers = [random_layer(random) for _ in range(random.randint(1, 4))]
        size = random.randint(24, 48)
        answer: Any = audit(read_request({"input_shape": [1, size], "layers": layers}), runner=None)
        node = answer["graph"]["nodes"][-1]
        if answer["verdict"] != "fits" or node["receptive_field"] is None:
            continue
        end = answer["output_shape"][-1]
        (field,), (stride,), (offset,) = (node[n] for n in ("receptive_field", "stride", "offset"))
        for position in {0, end // 2, end - 1}:
            found = read_pixels(layers, size, position)
            if found:
                assert min(found) >= offset + position * stride - 1e-9 - 1, (layers, position)
                assert max(found) - min(found) + 1 <= field, (layers, position, found)
                reached += max(found) - min(found) + 1 == field
        checked += 1
    assert reached > checked / 2, "fields are as small as possible"
