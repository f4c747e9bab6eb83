"""A thin network against the formulas of its design, in float64."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import torch

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import FORMULAS
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.extreme_inputs import measure_extreme_inputs
from designer.verification.probe.label_lookups import measure_label_lookups
from designer.verification.probe.loading import build_network, run_or_error
from designer.verification.probe.norm_lookups import measure_norm_lookups
from designer.verification.probe.pass_results import (
    compare_passes,
    pass_arguments,
    reference_of,
)
from designer.verification.probe.released_memory import release_memory
from designer.verification.probe.second_derivatives import measure_second_derivatives
from designer.verification.probe.structure import describe_structure
from designer.verification.probe.weights import fit_weights, network_state

_FURTHER_MEASURES = {
    "extreme_inputs": measure_extreme_inputs,
    "second_derivatives": measure_second_derivatives,
}

_LABEL_MEASURES = {"conditional": measure_norm_lookups}


def compare_thin(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    """All passes of the thin network, all labels, and its structure after these calls.

    The weights are fitted to a batch of the first pass's size.
    """
    with blocked_convolutions(network, "thin"):
        return _compare_thin(module, network, seed)


def _compare_thin(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    model = build_network(module, network, "thin").double()
    reference = reference_of(network, "thin", FORMULAS)
    torch.default_generator.manual_seed(seed)
    given = pass_arguments(network, "thin", network["passes"]["thin"][0][1], torch.float64)
    fit_weights(network_state(model), reference, given, seed)
    del given  # up to 100 MB
    release_memory()
    results, _ = compare_passes(model, network, "thin", reference)
    found = results.as_json(model)
    if network["further_measures"]:
        for name, measure in _FURTHER_MEASURES.items():
            found[name] = run_or_error(partial(measure, model, network))
    if network["labels"] is not None:
        measure_lookups = _LABEL_MEASURES.get(network["labels"], measure_label_lookups)
        found["labels"] = measure_lookups(model, reference, network, seed)
    found["structure"] = describe_structure(model, network["class_name"], network["helpers"])
    return found
