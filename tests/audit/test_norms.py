"""All kinds of norms, on maps and vectors: the layer of a traced norm has torch's law."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from designer.audit import audit, read_request
from designer.audit.ops.layer_errors import LayerError
from designer.audit.sources.node_layers import node_layer
from designer.verification.tracer.node_settings import module_settings
from tests.audit.eager_torch import run_layers
from tests.audit.test_repairs import apply_documented_changes, run_in_process

Result = tuple[tuple[int, ...] | None, str | None]
"""The output shape with its batch, or torch's message."""

NORMS = (
    "nn.BatchNorm{axes}d({channels})",
    "nn.BatchNorm{axes}d(5)",
    "nn.BatchNorm{axes}d({channels}, affine=False, track_running_stats=False)",
    "nn.BatchNorm{other}d({channels})",
    "nn.SyncBatchNorm({channels})",
    "nn.InstanceNorm{axes}d({channels})",
    "nn.InstanceNorm{axes}d({channels}, affine=True)",
    "nn.InstanceNorm{axes}d(5)",
    "nn.InstanceNorm{axes}d(5, affine=True)",
    "nn.InstanceNorm{axes}d(5, track_running_stats=True)",
    "nn.InstanceNorm{axes}d(5, 1e-5, 0.1, True, True)",
    "nn.InstanceNorm{other}d({channels})",
    "nn.GroupNorm({channels}, {channels})",
    "nn.GroupNorm(2, {channels})",
    "nn.GroupNorm(1, {channels}, affine=False)",
    "nn.GroupNorm(3, {channels})",
    "nn.GroupNorm(2, 6)",
    "nn.GroupNorm(2, 6, 1e-5, False)",
    "nn.GroupNorm(num_groups=3, num_channels=6)",
    "nn.LayerNorm([{channels}, {sizes}])",
    "nn.LayerNorm([{sizes}], elementwise_affine=False)",
    "nn.LayerNorm({last}, bias=False)",
    "nn.LayerNorm((7, {last}))",
    "nn.LayerNorm({channels})",
)
CHANNELS = 4


def executed(module: nn.Module, shape: tuple[int, ...]) -> Result:
    """What torch gives."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            return tuple(module(torch.zeros(shape)).shape), None
        except (RuntimeError, ValueError) as error:
            return None, str(error)


def by_law(module: nn.Module, shape: tuple[int, ...]) -> Result:
    """What the layer gives that an audit takes the module for."""
    layer = node_layer(type(module).__name__, module_settings(module), [shape], is_module=True)
    assert layer is not None, module
    try:
        return layer.step(shape, [shape]).shape, None
    except LayerError as error:
        return None, error.torch_error


@pytest.mark.torch
@pytest.mark.parametrize(("axes", "side", "batch"), [*product((1, 2, 3), (0, 1, 2), (1, 2))])
def test_norms_run_and_break_as_in_torch(axes: int, side: int, batch: int) -> None:
    """Same shape, or the same message."""
    sizes = ", ".join([str(side)] * axes) if side else str(CHANNELS)
    shape = (batch, CHANNELS, *[side] * axes * bool(side))
    compared = 0
    for norm in NORMS:
        text = norm.format(
            axes=axes, other=axes % 3 + 1, channels=CHANNELS, sizes=sizes, last=side or CHANNELS
        )
        try:
            module: nn.Module = eval(text, {"nn": nn})
        except ValueError:  # torch's constructor refuses it, so that it is never traced
            continue
        assert by_law(module, shape) == executed(module, shape), (norm, shape)
        compared += 1
    assert compared >= len(NORMS) - 2


Json = dict[str, Any]

CONV: Json = {"op": "conv", "in_channels": 3, "out_channels": 8, "kernel_size": 5}

EXPECTED_REPAIRS: dict[str, tuple[Json, list[int]]] = {
    "remove layer 1 (instance_norm)": ({"op": "instance_norm", "num_features": 8}, [3, 5, 5]),
    "layer 1 (instance_norm): num_features 16 → 8": (
        {"op": "instance_norm", "num_features": 16, "affine": True},
        [3, 9, 9],
    ),
    "layer 1 (group_norm): num_channels 16 → 8": (
        {"op": "group_norm", "num_groups": 4, "num_channels": 16},
        [3, 9, 9],
    ),
    "layer 1 (group_norm): num_groups 3 → 2": (
        {"op": "group_norm", "num_groups": 3, "num_channels": 8},
        [3, 9, 9],
    ),
    "layer 1 (layer_norm): normalized_shape [8, 3, 3] → [8, 5, 5]": (
        {"op": "layer_norm", "normalized_shape": [8, 3, 3]},
        [3, 9, 9],
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("summary", EXPECTED_REPAIRS)
def test_a_norm_is_repaired(summary: str) -> None:
    """The expected edit is offered, and torch has run it."""
    norm, shape = EXPECTED_REPAIRS[summary]
    request = {"input_shape": shape, "layers": [CONV, norm]}
    answer: Any = audit(read_request(request), runner=run_in_process)
    assert summary in [repair["summary"] for repair in answer["repairs"]]


@pytest.mark.torch
def test_widening_a_layer_widens_the_norm_after_it() -> None:
    """Every repair that changes channels also changes the norm that follows."""
    norm = {"op": "group_norm", "num_groups": 4, "num_channels": 8}
    last = {"op": "conv", "in_channels": 16, "out_channels": 4, "kernel_size": 3}
    layers, shape = [CONV, norm, last], [3, 9, 9]
    request = {"input_shape": shape, "layers": layers}
    answer: Any = audit(read_request(request), runner=run_in_process)
    assert answer["repairs"]
    for repair in answer["repairs"]:
        edited, start = apply_documented_changes(layers, shape, repair["changes"])
        assert run_layers(edited, start).fails_at is None, repair["summary"]
