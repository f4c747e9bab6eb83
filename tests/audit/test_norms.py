"""All kinds of norms in sources, on maps and vectors: the verdict agrees with torch."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from designer.audit.answer import audit
from designer.audit.request import read_request
from tests.audit.eager_torch import run_layers
from tests.audit.test_repairs import apply_documented_changes, run_in_process

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


def executed(text: str, batch: int, shape: list[int]) -> tuple[list[int] | None, str | None]:
    """The output shape of one sample, or torch's message."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            module = eval(text, {"nn": nn})
            return list(module(torch.zeros(batch, *shape)).shape[1:]), None
        except (RuntimeError, ValueError) as error:
            return None, str(error)


def network(norm: str, axes: int, side: int) -> tuple[str, list[int]]:
    """Source with a layer, the norm and an activation; its input shape, a vector if ``side`` is 0."""
    sizes = ", ".join([str(side)] * axes) if side else str(CHANNELS)
    named = norm.format(
        axes=axes, other=axes % 3 + 1, channels=CHANNELS, sizes=sizes, last=side or CHANNELS
    )
    first = f"nn.Conv{axes}d(3, {CHANNELS}, 3)" if side else f"nn.Linear(3, {CHANNELS})"
    shape = [3] + [side + 2] * axes * bool(side)
    return f"nn.Sequential(\n    {first},\n    {named},\n    nn.ReLU(),\n)", shape


@pytest.mark.torch
@pytest.mark.parametrize(("axes", "side", "batch"), [*product((1, 2, 3), (0, 1, 2), (1, 2))])
def test_norms_run_and_break_as_in_torch(axes: int, side: int, batch: int) -> None:
    """Same verdict, shape and message; the line of the norm; every repair runs."""
    for norm in NORMS:
        text, shape = network(norm, axes, side)
        end, error = executed(text, batch, shape)
        request = {"input_shape": shape, "source": text, "batch": batch}
        answer: Any = audit(read_request(request), runner=run_in_process)
        assert answer["verdict"] == ("fits" if error is None else "breaks"), (norm, error)
        assert (answer["output_shape"], answer["torch_error"]) == (end, error), norm
        if error is None:
            continue
        assert answer["trace"][-1]["line"] == 3
        for repair in answer["repairs"]:
            edited, start = apply_documented_changes(answer["layers"], shape, repair["changes"])
            after = run_layers(edited, start, batch=batch)
            assert after.fails_at is None, (norm, repair["summary"])
            assert after.shapes[-1] == repair["output_shape"], (norm, repair["summary"])


EXPECTED_REPAIRS = {
    "nn.InstanceNorm2d(8)": ([3, 5, 5], "remove layer 1 (instance_norm)"),
    "nn.InstanceNorm2d(16, affine=True)": (
        [3, 9, 9],
        "layer 1 (instance_norm): num_features 16 → 8",
    ),
    "nn.GroupNorm(4, 16)": ([3, 9, 9], "layer 1 (group_norm): num_channels 16 → 8"),
    "nn.GroupNorm(3, 8)": ([3, 9, 9], "layer 1 (group_norm): num_groups 3 → 2"),
    "nn.LayerNorm([8, 3, 3])": (
        [3, 9, 9],
        "layer 1 (layer_norm): normalized_shape [8, 3, 3] → [8, 5, 5]",
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("norm", EXPECTED_REPAIRS)
def test_a_norm_is_repaired_in_the_source(norm: str) -> None:
    """The expected edit is offered, with a diff."""
    shape, summary = EXPECTED_REPAIRS[norm]
    text = f"nn.Sequential(\n    nn.Conv2d(3, 8, 5),\n    {norm},\n    nn.ReLU(),\n)\n"
    answer: Any = audit(read_request({"input_shape": shape, "source": text}), runner=run_in_process)
    found = {repair["summary"]: repair["diff"] for repair in answer["repairs"]}
    assert found.get(summary), list(found)


def test_widening_a_layer_widens_the_norm_after_it() -> None:
    """Every repair that changes channels also changes the norm that follows."""
    text = (
        "nn.Sequential(\n    nn.Conv2d(3, 8, 3),\n    nn.GroupNorm(4, 8),\n"
        "    nn.Conv2d(16, 4, 3),\n)\n"
    )
    answer: Any = audit(
        read_request({"input_shape": [3, 9, 9], "source": text}), runner=run_in_process
    )
    assert answer["repairs"]
    for repair in answer["repairs"]:
        edited, start = apply_documented_changes(answer["layers"], [3, 9, 9], repair["changes"])
        assert run_layers(edited, start).fails_at is None, repair["summary"]
