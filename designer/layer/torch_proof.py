"""Check of a layer's equivalent forms by torch, in a verifying process."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from designer.errors import TooLarge
from designer.geometry.cost import convolution_multiply_adds
from designer.geometry.equivalence.direct_convolution import equivalent_convolution
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Size
from designer.layer.forms_json import layer_document
from designer.validation.json_readers import JsonObject
from designer.validation.limits import MAX_PROOF_ELEMENTS, MAX_PROOF_MULTIPLY_ADDS
from designer.verification import ProbeRunner

LAYER_PROOF_SEED = 0
TOLERANCE = 1e-10
"""Largest accepted error of a form, in float64, with inputs and outputs of about 1."""


def prove_layer(layer: AnyConv, input_size: Size, *, runner: ProbeRunner) -> JsonObject:
    """The largest error of each form against torch, and whether all are within the tolerance.

    An expensive layer is checked with fewer channels: the forms do not depend on their number.

    Raises:
        TooLarge: if the layer exceeds a limit even with few channels.
        Accident: if the verifying process crashed or timed out, or its queue is full.
    """
    reduced = reduce_channels(layer, input_size)
    job: dict[str, object] = {
        "proof": {"layer": layer_document(reduced), "input_size": list(input_size)},
        "seed": LAYER_PROOF_SEED,
    }
    measured = runner(job)
    errors = measured["errors"]
    return {
        "passed": all(error is None or error <= TOLERANCE for error in errors.values()),
        "tolerance": TOLERANCE,
        "errors": errors,
        "in_channels": reduced.in_channels,
        "out_channels": reduced.out_channels,
        "groups": reduced.groups,
        "dtype": "float64",
        "seed": LAYER_PROOF_SEED,
        "torch_version": measured["torch_version"],
    }


def reduce_channels(layer: AnyConv, input_size: Size) -> AnyConv:
    """The layer itself if it is within the limits, else with at most two groups of two channels.

    Raises:
        TooLarge: if the reduced layer exceeds a limit, too.
    """
    if _exceeded_limit(layer, input_size) is None:
        return layer
    groups = min(2, layer.groups)
    reduced = replace(
        layer,
        in_channels=groups * min(2, layer.in_channels // layer.groups),
        out_channels=groups * min(2, layer.out_channels // layer.groups),
        groups=groups,
    )
    excess = _exceeded_limit(reduced, input_size)
    if excess is not None:
        name, amount, limit = excess
        raise TooLarge(f"proof_{name}", limit=limit, **{name: amount})
    return reduced


def _exceeded_limit(layer: AnyConv, input_size: Size) -> tuple[str, int, int] | None:
    """The first limit that the direct form exceeds: its name, the amount and the limit."""
    output = layer.output_size(input_size)
    multiply_adds = convolution_multiply_adds(
        positions=output,
        taps=layer.kernel_taps,
        in_channels=layer.in_channels,
        out_channels=layer.out_channels,
        groups=layer.groups,
    )
    if multiply_adds > MAX_PROOF_MULTIPLY_ADDS:
        return "multiply_adds", multiply_adds, MAX_PROOF_MULTIPLY_ADDS
    padded = prod(
        max(axis.input_size, axis.padded_size)
        for axis in equivalent_convolution(layer, input_size).axes
    )
    elements = max(padded * layer.in_channels, prod(output) * layer.out_channels)
    if elements > MAX_PROOF_ELEMENTS:
        return "elements", elements, MAX_PROOF_ELEMENTS
    return None
