"""Facts of the classes of layers: defaults, limits, and whether they keep channels or take maps."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields

import pytest
from torch import nn

from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.registry import LAYER_CLASSES, TORCH_MODULES
from designer.errors import InvalidRequest


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH_MODULES)
def test_the_defaults_of_a_layer_are_torchs(name: str) -> None:
    """Where torch's module has a default, and the layer the same argument."""
    layer_class, arguments = TORCH_MODULES[name]
    implied = layer_class.implied_fields.get(name, {})
    module = getattr(nn, name.format(2), None) or getattr(nn, name.format(1))
    signature = inspect.signature(module).parameters
    for field in fields(layer_class):
        has_default = field.default is not MISSING and field.name in arguments
        if has_default and field.name not in implied and field.name in signature:
            default = signature[field.name].default
            assert default is inspect.Parameter.empty or default == field.default, field.name


@pytest.mark.parametrize("field", ["in_features", "out_features"])
def test_counts_have_a_maximum(field: str) -> None:
    """2^30, as the API says."""
    layer = {"op": "linear", "in_features": 1, "out_features": 1}
    assert read_audit_layers([{**layer, field: 1_073_741_824}], pointer="")
    with pytest.raises(InvalidRequest) as refused:
        read_audit_layers([{**layer, field: 1_073_741_825}], pointer="")
    assert refused.value.errors[0].facts["maximum"] == 1_073_741_824


def test_layers_that_keep_channels_are_those_of_pads_pools_norms_and_resizing() -> None:
    """A crop of a map too; a global pool changes the axes, and skips add to the channels."""
    assert {op for op, layer_class in LAYER_CLASSES.items() if layer_class.keeps_channels} == {
        "upsample", "pad", "crop", "max_pool", "avg_pool", "norm", "instance_norm", "group_norm",
        "layer_norm",
    }  # fmt: skip


def test_layers_that_take_no_maps_are_those_that_change_the_axes() -> None:
    """Linear, reshape and flatten."""
    assert {op for op, layer_class in LAYER_CLASSES.items() if not layer_class.works_on_maps} == {
        "linear", "reshape", "flatten",
    }  # fmt: skip
