"""Distributions that ``weights_init`` draws, and whether a seed gives the same outputs again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.distribution import (
    describe_constant,
    describe_moments,
    describe_parts,
    describe_tally,
    pool_moments,
    spread_of_means,
    standardise,
    tally_numbers,
    with_four_axes,
)
from designer.verification.probe.draws import UNDRAWN_VALUE, Draws, draw_as_planned
from designer.verification.probe.independence import (
    correlate_tensors,
    correlation,
    count_repeats,
    count_ties,
    describe_rows,
    sample_rows,
)
from designer.verification.probe.loading import (
    build_network,
    forward_arguments,
    leaf_modules,
    own_weights,
    random_input,
    run_or_error,
)


def initialise(module: ModuleType, network: nn.Module) -> None:
    """Set every weight to 7, so that undrawn ones show, and apply the source's ``weights_init``."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(UNDRAWN_VALUE)
    network.apply(module.weights_init)


@dataclass(frozen=True, kw_only=True)
class _Examined:
    """Figures of a tensor, its first numbers, standardized, and some pairs of successive ones.

    Numbers that are no part of the figures are zeros, and there are no pairs.
    """

    figures: dict[str, JsonValue]
    start: torch.Tensor = field(default_factory=partial(torch.zeros, 1))
    pairs: torch.Tensor = field(default_factory=partial(torch.zeros, 0, dtype=torch.int64))


def describe_initialisation(
    module: ModuleType, described: dict[str, JsonValue], network: nn.Module
) -> dict[str, JsonValue]:
    """Figures of each tensor of an initialized network, by layer and name.

    A layer is initialized again as often as the job plans. A tensor that the job does not plan has
    no figures.
    """
    found: dict[str, dict[str, JsonValue]] = {}
    drawn: dict[str, _Examined] = {}
    for layer_name, layer in leaf_modules(network).items():
        plan = described["initial"].get(layer_name, {})
        tensors = run_or_error(partial(_examine_layer, module, network, layer, plan))
        if "error" in tensors:
            tensors = dict.fromkeys(plan, _Examined(figures=tensors))
        for name, examined in tensors.items():
            found[f"{layer_name} {name}"] = examined.figures
            if plan.get(name, {}).get("deviation"):
                drawn[f"{layer_name} {name}"] = examined
    layers = correlate_tensors({key: examined.start for key, examined in drawn.items()})
    repeats = count_repeats({key: examined.pairs for key, examined in drawn.items()})
    for key in drawn:
        found[key] = {**found[key], "layers": layers[key], "repeats": repeats[key]}
    return {key: _without_infinities(figures) for key, figures in found.items()}


def _examine_layer(
    module: ModuleType, network: nn.Module, layer: nn.Module, plan: dict[str, JsonValue]
) -> dict[str, _Examined]:
    found = {}
    for name, drawn in draw_as_planned(module, network, layer, plan).items():
        planned = plan.get(name)
        if planned is None:
            found[name] = _Examined(figures={})
        elif not planned["deviation"]:
            found[name] = _Examined(figures=describe_constant(drawn.first(planned["draws"])))
        else:
            found[name] = _examine_tensor(drawn, planned)
    return found


def _examine_tensor(drawn: Draws, planned: dict[str, JsonValue]) -> _Examined:
    pooled = with_four_axes(drawn.first(planned["pooled_draws"]))
    tally = tally_numbers(pooled, planned)
    if tally is None:
        return _Examined(figures={"count": pooled.numel()})
    figures = describe_tally(tally)
    if abs(figures["deviation"] - 1) > planned["unsuspicious_error"] and planned["more_draws"]:
        more = standardise(drawn.draw_more(planned["more_draws"]).float(), planned)
        figures |= pool_moments(figures, more)
    axes = {}
    for name, (axis, counts) in planned["samples"].items():
        rows = standardise(sample_rows(pooled, counts, axis), planned)
        axes[name] = {
            **describe_parts(tally, axis),
            **describe_rows(rows),
            "spread": spread_of_means(tally, axis),
        }
    return _Examined(
        figures={
            **figures,
            "ties": count_ties(pooled, planned["tie_sample"]),
            "axes": axes,
            "draws": {
                "spread": spread_of_means(tally, 0),
                **_compare_draws(drawn.blocks[:2], planned),
            },
        },
        start=standardise(pooled.flatten()[: planned["prefix"]], planned),
        pairs=tally.pairs,
    )


def _compare_draws(
    drawn: list[torch.Tensor], planned: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    """Correlation of the first draw with the second and so on, and the moments of each of the two."""
    step = planned["compared_step"]
    single = torch.cat([block.flatten(1)[:, ::step] for block in drawn])
    pairs = len(single) // 2
    numbers = standardise(single[: 2 * pairs], planned).view(pairs, 2, -1)
    first, second = (numbers[:, each].flatten() for each in (0, 1))
    return {
        "correlation": correlation(first, second),
        "first": describe_moments(first),
        "second": describe_moments(second),
    }


def _without_infinities(value: JsonValue) -> JsonValue:
    """The same JSON value, with None for each number that JSON lacks."""
    if isinstance(value, dict):
        return {key: _without_infinities(each) for key, each in value.items()}
    return value if not isinstance(value, float) or isfinite(value) else None


def measure_icnr_copies(
    described: dict[str, JsonValue], network: nn.Module
) -> dict[str, JsonValue]:
    """For each layer before a pixel shuffle, the largest difference of kernels drawn as copies."""
    found = {}
    for name, copies in described["copies"].items():
        weight = own_weights(network.get_submodule(name))["weight"].detach()
        alike = weight[::copies].repeat_interleave(copies, dim=0)
        found[name] = _without_infinities(float((weight - alike).abs().max()))
    return found


def is_repeatable(module: ModuleType, network: dict[str, JsonValue], seed: int) -> bool:
    """Whether building, initializing and running twice from one seed gives equal bits."""
    outputs = []
    for _ in range(2):
        torch.default_generator.manual_seed(seed)
        model = build_network(module, network, "thin")
        model.apply(module.weights_init)
        with torch.no_grad():
            outputs.append(model(*forward_arguments(network, random_input(network, "thin", 1))))
    return bool(torch.equal(*outputs))
