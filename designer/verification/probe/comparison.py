"""Runs a source's network and the reference side by side and compares what they do.

Compared are the output of every module in order, the network's output, the gradients of all
parameters and of the input for a random cotangent, and the buffers that the pass leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any, NamedTuple

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.passes import Pass
from designer.verification.probe.algebra import State
from designer.verification.probe.conditions import (
    Gradients,
    change_one_mode,
    gradient_mode,
    prepare_inputs,
    prepared_weights,
)
from designer.verification.probe.gradient_scales import record_gradient_scales
from designer.verification.probe.loading import ForwardArguments
from designer.verification.probe.network_parts import NetworkParts, parts_of
from designer.verification.probe.reference import LayerRow, ReferenceNetwork, Visit, visit_nothing
from designer.verification.probe.released_memory import release_memory
from designer.verification.probe.tensor_sample import (
    LEAST_SCALE,
    KeptMap,
    TensorSample,
    keep_map,
    sample_difference,
    sample_gradients,
    tensor_difference,
)

Around = Callable[[], AbstractContextManager[Any]]
"""Makes a context that is active while the source runs."""

CALL_RULES = (
    "draws_no_random_numbers",
    "keeps_its_gradients",
    "keeps_its_input",
    "keeps_its_mode",
)
"""What a call must leave as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Differences of one pass, relative to the largest number of each tensor.

    By name of the module, the parameter or the buffer; None if shapes or presence differ. ``rules``
    says which of ``CALL_RULES`` every call obeyed. ``samples`` and ``expected`` are the gradients
    of the source and of the reference, ``scales`` the least ones by which their differences are
    divided, ``extremes`` the least and largest numbers of each output.
    """

    outputs: dict[str, float | None] = field(default_factory=dict)
    gradients: dict[str, float | None] = field(default_factory=dict)
    buffers: dict[str, float | None] = field(default_factory=dict)
    rules: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CALL_RULES, True))
    samples: dict[str, TensorSample] = field(default_factory=dict)
    expected: dict[str, TensorSample] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    extremes: list[float] = field(default_factory=list)


def compare_pass(
    model: nn.Module,
    reference: ReferenceNetwork,
    given: ForwardArguments,
    run: Pass,
    *,
    visit: Visit = visit_nothing,
    around: Around = nullcontext,
) -> Differences:
    """The differences of the pass's calls from the reference; buffers are restored after each.

    With gradients of the input, each module's output is recorded by a hook; the other calls run
    without hooks. ``around`` is entered around each call of the source.
    """
    nn.Module.train(model, run.training)
    parts = parts_of(model)
    kept = {name: tensor.clone() for name, tensor in parts.buffers.items()}
    found = Differences()
    expected = _run_reference(reference, parts, given, run, visit, found)
    release_memory()
    for gradients in _calls(run):
        call = _Call(model, parts, given, run, gradients, around)
        call.compare(expected, found)
        release_memory()
        _add(found.buffers, _buffer_differences(model, kept, expected.updated))
        with torch.no_grad():
            for name, tensor in kept.items():
                parts.buffers[name].copy_(tensor)
    return found


def _calls(run: Pass) -> Iterator[Gradients]:
    """The calls of a pass, by the tensors of which gradients are taken."""
    if run.gradients:
        yield "input and weights"
    if run.weights_alone:
        yield "weights"
    yield "none"


def _run_reference(
    reference: ReferenceNetwork,
    parts: NetworkParts,
    given: ForwardArguments,
    run: Pass,
    visit: Visit,
    found: Differences,
) -> _Expected:
    """What the reference computes; its gradients are added to ``found.expected``.

    ``parts`` are those of the source's network.
    """
    leaves = {
        name: weight.detach().requires_grad_(run.gradients)
        for name, weight in parts.weights.items()
    }
    value = given[0].detach().requires_grad_(run.gradients)

    def visit_layer(row: LayerRow, value: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
        output = visit(row, value, output)
        if run.gradients:
            record_gradient_scales(found.scales, row, value, output)
        return output

    with torch.set_grad_enabled(run.gradients):
        trace = reference.run(
            parts.buffers | leaves,
            (value, *given[1:]),
            training=run.training,
            visit=visit_layer,
            keep_all=run.gradients,
        )
    seed = None if run.has_equal_cotangents else int(torch.randint(2**31, ()))
    if run.gradients:
        leaves["input"] = value
        found.expected.update(sample_gradients(trace.final, leaves, seed))
    return _Expected(keep_map(trace.final), trace.outputs, trace.updated, seed)


class _Expected(NamedTuple):
    """What the reference computes in a pass, without its graph, and the seed of the cotangent."""

    final: KeptMap
    outputs: dict[str, KeptMap]
    updated: State
    seed: int | None


class _Call(NamedTuple):
    """One call of the source's network; ``parts`` are those that it has before."""

    model: nn.Module
    parts: NetworkParts
    given: ForwardArguments
    run: Pass
    gradients: Gradients
    around: Around

    def compare(self, expected: _Expected, found: Differences) -> None:
        """Call the network, add its differences from the reference, and sample its gradients."""
        originals = [keep_map(value) for value in self.given]
        leaf, passed = prepare_inputs(self.given, originals, self.run, self.gradients)
        enabled, held = self.gradients != "none", (leaf.requires_grad, leaf.grad is None)
        modes = change_one_mode(self.parts.modules, self.gradients)
        outputs: dict[str, float | None] = {}
        random = torch.get_rng_state()
        hooked = (
            _compared_outputs(self.parts, expected.outputs, outputs)
            if leaf.requires_grad
            else nullcontext()
        )
        with prepared_weights(self.parts.weights, self.gradients) as holds_gradients:
            with gradient_mode(self.run, self.gradients), hooked, self.around():
                output = self.model(*passed)
                keeps_mode = torch.is_grad_enabled() is output.requires_grad is enabled
            parts = parts_of(self.model)
            kept = holds_gradients(parts.weights)
        same_layout = output.is_contiguous() or not passed[0].is_contiguous()
        outputs["output"] = tensor_difference(output, expected.final) if same_layout else None
        _add(found.outputs, outputs)
        found.extremes.extend((float(output.detach().min()), float(output.detach().max())))
        obeyed = {
            "draws_no_random_numbers": torch.equal(torch.get_rng_state(), random),
            "keeps_its_gradients": kept,
            "keeps_its_input": [*map(tensor_difference, passed, originals)] == [0.0] * len(passed)
            and (leaf.requires_grad, leaf.grad is None) == held,
            "keeps_its_mode": keeps_mode
            and {name: part.training for name, part in parts.modules.items()} == modes,
        }
        found.rules.update({rule: found.rules[rule] and obeyed[rule] for rule in CALL_RULES})
        if enabled:
            leaves = parts.weights
            if leaf.requires_grad:
                leaves["input"] = leaf
            samples = sample_gradients(output, leaves, expected.seed)
            compared = {name: found.expected[name] for name in leaves if name in found.expected}
            _add(found.gradients, _gradient_differences(samples, compared, found.scales))
            found.samples.update(samples)


def _add(differences: dict[str, float | None], more: dict[str, float | None]) -> None:
    """Keep the larger difference of each name."""
    for name, difference in more.items():
        differences[name] = max(differences.get(name, 0.0), difference, key=_rank)


@contextmanager
def _compared_outputs(
    parts: NetworkParts, expected: dict[str, KeptMap], differences: dict[str, float | None]
) -> Iterator[None]:
    """Compare each module's output as it is made; a module out of order or unknown gives None.

    The expected output is dropped once it is compared.
    """
    remaining = [*expected]

    def compare(name: str, _part: nn.Module, _given: object, output: torch.Tensor) -> None:
        following = remaining.pop(0) if remaining else None
        with torch.no_grad():
            differences[name] = (
                tensor_difference(output, expected.pop(name)) if name == following else None
            )

    handles = [
        part.register_forward_hook(partial(compare, name))
        for name, part in parts.modules.items()
        if name and "parametrizations" not in name.split(".")
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    differences.update(dict.fromkeys(remaining, None))
    for name in remaining:
        del expected[name]


def _gradient_differences(
    found: dict[str, TensorSample], expected: dict[str, TensorSample], scales: dict[str, float]
) -> dict[str, float | None]:
    """Differences by name; a gradient far smaller than the others may be nothing but rounding."""
    share = LEAST_SCALE * max(sample.largest for sample in expected.values())
    differences = {
        name: sample_difference(found[name], sample, max(share, scales.get(name, 0.0)))
        if name in found
        else None
        for name, sample in expected.items()
    }
    return differences | dict.fromkeys(found.keys() - expected.keys(), None)


def _buffer_differences(model: nn.Module, kept: State, updated: State) -> dict[str, float | None]:
    found = parts_of(model).buffers
    expected = kept | updated
    differences = {
        name: tensor_difference(found[name], tensor, _buffer_scale(name, expected))
        if name in found
        else None
        for name, tensor in expected.items()
    }
    return differences | dict.fromkeys(found.keys() - expected.keys(), None)


def _buffer_scale(name: str, buffers: State) -> float:
    """The deviation of what a running mean is the mean of: by chance, the mean may be next to nothing."""
    variance = buffers.get(f"{name.removesuffix('mean')}var") if name.endswith("_mean") else None
    return 0.0 if variance is None else float(variance.abs().max()) ** 0.5


def describe_largest(differences: dict[str, float | None]) -> dict[str, JsonValue]:
    """The largest difference and the name where it is; a missing one exceeds any number."""
    if not differences:
        return {"at": None, "difference": 0.0}
    name, difference = max(differences.items(), key=lambda each: _rank(each[1]))
    return {"at": name, "difference": difference}


def _rank(difference: float | None) -> float:
    return inf if difference is None else difference
