"""A thin network for inputs that no useful range contains: huge, infinite, zero, and none.

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

_SAMPLES = {"huge": 1e9, "not a number": torch.nan, "zero": 0.0, "infinite": 1.0}
"""What the numbers of each sample are multiplied by; one of the last becomes infinite."""


def measure_extreme_inputs(
    model: nn.Module, network: dict[str, JsonValue]
) -> dict[str, float | None]:
    """Differences from the reference in evaluation, sample by sample; None if shapes differ."""
    nn.Module.eval(model)
    value, *labels = pass_arguments(network, "thin", len(_SAMPLES), torch.float64)
    for sample, factor in zip(value, _SAMPLES.values(), strict=True):
        sample *= factor
    value[-1].view(-1)[0] = torch.inf
    with torch.no_grad():
        output = model(value, *labels)
        expected = (
            reference_of(network, "thin", CALLS)
            .run(network_state(model), (value, *labels), training=False, keep_all=False)
            .final
        )
    if type(output) is not torch.Tensor or output.shape != expected.shape:
        return {}
    pairs = zip(_SAMPLES, output, expected, strict=True)
    return {name: _difference_and_places(found, wanted) for name, found, wanted in pairs}


def _difference_and_places(found: torch.Tensor, expected: torch.Tensor) -> float | None:
    """The difference; None unless the same places hold no number, or an infinite one."""
    if not torch.equal(found.isfinite(), expected.isfinite()):
        return None
    if not torch.equal(found.isnan(), expected.isnan()):
        return None
    infinite = expected.isinf()
    if not torch.equal(found[infinite], expected[infinite]):
        return None
    return tensor_difference(
        found.nan_to_num(posinf=0.0, neginf=0.0), expected.nan_to_num(posinf=0.0, neginf=0.0)
    )
