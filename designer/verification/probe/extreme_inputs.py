"""A thin network for inputs that no useful range contains: huge numbers, and none.

The reference calls torch's functions, so that both treat a NaN alike.
"""

from __future__ import annotations

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.pass_results import pass_arguments, reference_of
from designer.verification.probe.tensor_sample import tensor_difference
from designer.verification.probe.torch_calls import CALLS
from designer.verification.probe.weights import network_state

_SCALE = 1e9


def measure_extreme_inputs(
    model: nn.Module, network: dict[str, JsonValue]
) -> dict[str, float | None]:
    """Differences from the reference in evaluation: of a huge sample, and of one without numbers."""
    nn.Module.eval(model)
    value, *labels = pass_arguments(network, "thin", 2, torch.float64)
    value[0] *= _SCALE
    value[1] = torch.nan
    with torch.no_grad():
        output = model(value, *labels)
        expected = (
            reference_of(network, "thin", CALLS)
            .run(network_state(model), (value, *labels), training=False, keep_all=False)
            .final
        )
    if type(output) is not torch.Tensor or output.shape != expected.shape:
        return {}
    same = torch.equal(output[1].isnan(), expected[1].isnan())
    return {
        "huge": tensor_difference(output[0], expected[0]),
        "not a number": tensor_difference(output[1].nan_to_num(), expected[1].nan_to_num())
        if same
        else None,
    }
