"""The passes of a network at one width, compared with the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from math import inf, isfinite

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.passes import Pass
from designer.verification.probe.algebra import LayerFunction
from designer.verification.probe.comparison import (
    CALL_RULES,
    Around,
    Differences,
    compare_pass,
    describe_largest,
)
from designer.verification.probe.loading import ForwardArguments, random_input, spread_labels
from designer.verification.probe.network_parts import parts_of
from designer.verification.probe.reference import LayerRow, ReferenceNetwork, visit_nothing
from designer.verification.probe.tensor_sample import (
    TensorSample,
    sample_difference,
    sample_tensor,
)

_DTYPES = {"run": torch.float32, "thin": torch.float64}
_OUTLIER = 8.0
_SMALLEST = 1e-300
"""Replaces a norm of zero."""

_RECTIFIERS = ("ReLU", "LeakyReLU")
_SATURATING = ("Tanh", "Sigmoid")


@dataclass(slots=True, kw_only=True)
class PassResults:
    """Largest differences by pass, rules that all calls obeyed, ranges of activations and outputs.

    ``weights`` are samples of the network's weights before the first pass.
    """

    weights: dict[str, TensorSample]
    differences: dict[str, dict[str, JsonValue]] = field(
        default_factory=lambda: {"outputs": {}, "gradients": {}, "buffers": {}}
    )
    rules: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CALL_RULES, True))
    activations: dict[str, dict[str, float]] = field(default_factory=dict)
    outputs: list[float] = field(default_factory=list)
    bias_shares: dict[str, float] = field(default_factory=dict)
    """Of the first training pass, the gradients of the biases relative to the norms of what they add up."""

    @classmethod
    def of(cls, model: nn.Module) -> PassResults:
        """No results yet."""
        return cls(weights=_sample_weights(model))

    def add(self, run: Pass, found: Differences) -> None:
        """Add the differences of one pass."""
        for name, differences in (
            ("outputs", found.outputs),
            ("gradients", found.gradients),
            ("buffers", found.buffers),
        ):
            if name != "gradients" or run.gradients:
                self.differences[name][str(run)] = describe_largest(differences)
        self.rules = {
            rule: obeyed and found.rules[rule] is True for rule, obeyed in self.rules.items()
        }
        self.outputs += found.extremes
        if run.training and run.gradients and not self.bias_shares:
            self.bias_shares = {
                name: sample.largest / max(found.scales[name], _SMALLEST)
                for name, sample in found.samples.items()
                if name.endswith(".bias") and name in found.scales
            }

    def as_json(self, model: nn.Module) -> dict[str, JsonValue]:
        """The results as JSON values, after the last pass of this network."""
        after = _sample_weights(model)
        kept = after.keys() == self.weights.keys() and all(
            sample_difference(after[name], before) == 0.0 for name, before in self.weights.items()
        )
        return {
            **self.differences,
            "rules": {**self.rules, "keeps_its_weights": kept},
            "activations": self.activations,
            "bias_shares": self.bias_shares,
            "range": _describe_range(self.outputs),
        }


def _sample_weights(model: nn.Module) -> dict[str, TensorSample]:
    return {name: sample_tensor(each) for name, each in parts_of(model).weights.items()}


def _describe_range(outputs: list[float]) -> dict[str, JsonValue]:
    finite = all(map(isfinite, outputs))
    return {
        "finite": finite,
        "least": min(outputs) if finite else None,
        "largest": max(outputs) if finite else None,
    }


def reference_of(
    network: dict[str, JsonValue], width: str, functions: Mapping[str, LayerFunction]
) -> ReferenceNetwork:
    """The reference of a network at a width: ``run`` or ``thin``."""
    return ReferenceNetwork(
        rows=network["layers"][width],
        labels=network["labels"],
        output_shape=network["output_shape"][width],
        functions=functions,
        skips=network["skips"],
    )


def pass_arguments(
    network: dict[str, JsonValue],
    width: str,
    batch: int,
    dtype: torch.dtype,
    *,
    within_range: bool = False,
) -> ForwardArguments:
    """Normally distributed samples and, for a network with classes, permuted, repeated labels.

    Two numbers of each sample are 8 and −8, so that a bound on the input shows. ``within_range``:
    all numbers lie between −1 and 1 instead, as those of pictures do.
    """
    value = random_input(network, width, batch, dtype)
    flat = value.view(batch, -1)
    for sample in range(0 if within_range else batch):
        first = 7 * sample % flat.shape[1]
        flat[sample, first], flat[sample, first - 1] = _OUTLIER, -_OUTLIER
    value = value.tanh() if within_range else value
    classes = network["classes"]
    return (value,) if classes is None else (value, spread_labels(classes, batch))


def compare_passes(
    model: nn.Module,
    network: dict[str, JsonValue],
    width: str,
    reference: ReferenceNetwork,
    around: Callable[[Pass], Around] = lambda run: nullcontext,
) -> tuple[PassResults, Differences]:
    """The results of every pass that the job asks for at this width, and those of the first."""
    results, first = PassResults.of(model), None
    for run in (Pass(*described) for described in network["passes"][width]):
        dtype = _DTYPES[width]
        given = pass_arguments(network, width, run.batch, dtype, within_range=run.within_range)
        describe = partial(describe_activation, results.activations)
        visit = visit_nothing if run.within_range else describe
        found = compare_pass(model, reference, given, run, visit=visit, around=around(run))
        results.add(run, found)
        first = first or found
    assert first is not None, "a job has passes"
    return results, first


def describe_activation(
    activations: dict[str, dict[str, float]],
    row: LayerRow,
    value: torch.Tensor,
    output: torch.Tensor,
) -> torch.Tensor:
    """Of a rectifier, how many inputs are positive and how many are not, over all passes.

    Of a saturating activation, the least and the largest input in any pass.
    """
    name, kind, _ = row
    value = value.detach()
    if kind in _RECTIFIERS:
        positive = int((value > 0).sum())
        found = activations.setdefault(name, {"positive": 0, "others": 0})
        found["positive"] += positive
        found["others"] += value.numel() - positive
    elif kind in _SATURATING:
        found = activations.setdefault(name, {"least": inf, "largest": -inf})
        found["least"] = min(found["least"], float(value.min()))
        found["largest"] = max(found["largest"], float(value.max()))
    return output
