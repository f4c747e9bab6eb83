"""What the random seed decides: weights differ between two seeds."""

from __future__ import annotations

from types import ModuleType

import torch

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import build_network


def depends_on_seed(module: ModuleType, network: dict[str, JsonValue], seed: int) -> bool:
    """Whether every weight tensor that is not constant differs between two seeds."""
    drawn = []
    for other in (seed, seed + 1):
        torch.default_generator.manual_seed(other)
        drawn.append(build_network(module, network, "thin").apply(module.weights_init))
    pairs = zip(*(model.parameters() for model in drawn), strict=True)
    return not any(
        torch.equal(one, two) and bool((one != one.flatten()[0]).any()) for one, two in pairs
    )
