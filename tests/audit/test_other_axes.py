"""Layers whose axes are not those of the map or of the wanted shape: the audit answers, repairs work."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from tests.audit.test_repairs import apply_documented_changes

Json = dict[str, Any]

CHANNELS = 2
"""The batch too: torch takes a batch of maps without channels for one map with channels."""

LISTED = ("kernel_size", "stride", "dilation", "output_padding")


def layer_of(op: str, listed: str, axes: int) -> Json:
    """A layer whose axes are those of a list, of ``ndim`` if no field of the op is listed."""
    layer: Json = {"op": op, "in_channels": CHANNELS, "out_channels": CHANNELS}
    layer |= {"kernel_size": 3, "stride": 2}
    if listed == "ndim":
        return {**layer, "ndim": axes}
    return {**layer, listed: [layer.get(listed, 1)] * axes}


@pytest.mark.parametrize("op", ["conv", "conv_transpose"])
@pytest.mark.parametrize("listed", [*LISTED, "ndim"])
def test_a_layer_of_other_axes_is_audited(op: str, listed: str) -> None:
    """On maps and for wanted shapes of no axis to three; every repair gives the wanted shape."""
    if op == "conv" and listed == "output_padding":
        listed = "padding"
    for axes, mapped, wanted in product(range(1, 4), range(4), range(4)):
        if axes == mapped == wanted:
            continue
        shape = [CHANNELS, *(5, 4, 6)[:mapped]]
        request: Json = {"input_shape": shape, "layers": [layer_of(op, listed, axes)]}
        request |= {"batch": CHANNELS, "wanted_shape": [CHANNELS, *(9, 7, 12)[:wanted]]}
        answer: Any = audit(read_request(request), runner=None)
        for repair in answer["repairs"]:
            layers, start = apply_documented_changes(request["layers"], shape, repair["changes"])
            repaired = {**request, "layers": layers, "input_shape": start}
            second_answer: Any = audit(read_request(repaired), runner=None)
            assert second_answer["verdict"] == "fits", (request, repair["summary"])


def test_output_padding_along_other_axes_is_not_tried() -> None:
    """A batch of two maps of 3 pixels, taken for one map of 2×3 with two channels, meets a skip."""
    layer = {**layer_of("conv_transpose", "stride", 2), "output_padding": [0, 0]}
    layers = [layer, {"op": "add_from", "from": -1}]
    request: Json = {"input_shape": [2, 3], "layers": layers, "batch": CHANNELS}
    answer: Any = audit(read_request(request), runner=None)
    assert answer["fails_at"] == 1
    assert ["output_padding"] not in [repair["idea"] for repair in answer["repairs"]]
