"""The order of preference in words: one sentence for each step, with the chain's own numbers."""

from __future__ import annotations

from collections.abc import Mapping

from designer.chains.preference_order import NEAR
from designer.chains.textbook import Measure
from designer.geometry.chain import Chain


def explain(
    chain: Chain, fields: Mapping[str, int], exact: bool, measure: Measure, *, transposed: bool
) -> tuple[str, ...]:
    """Why a chain stands where it does: a sentence for each of the eight steps of the order.

    ``transposed``: the network's layers are what the order compares.
    """
    compared = "" if transposed else ", as transposed convolutions"
    return (
        _exactness(fields, exact, measure),
        _departure(chain, fields, measure),
        _overlap(fields, measure),
        _offsets(fields, measure),
        _kernels(chain, fields, measure),
        _initial_side(chain, measure),
        f"{count(fields['layers'], 'layer')} and {fields['multiply_adds']:,} multiply-adds,"
        f" the stem included{compared}: fewer come first.",
        f"Output paddings sum to {fields['output_padding_sum']} and paddings to"
        f" {fields['padding_sum']}: smaller sums come first, then the smaller windows, compared"
        " from the picture's end.",
    )


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "layer"), count(0, "layer")
    ('1 layer', '0 layers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _exactness(fields: Mapping[str, int], exact: bool, measure: Measure) -> str:
    departure = fields["departure"]
    if not measure.weighs_offsets:
        return "Offsets were asked to play no part, so exact chains do not come first."
    if not exact:
        return (
            "Not every layer multiplies its input exactly, so it comes after the exact chains of"
            f" departure up to {NEAR}."
        )
    place = "before all others" if departure <= NEAR else f"no earlier for it beyond {NEAR}"
    return f"Every layer multiplies its input exactly and the departure is {departure}: {place}."


def _departure(chain: Chain, fields: Mapping[str, int], measure: Measure) -> str:
    initial = measure.initial_departure(chain.initial_size)
    low, high = measure.usual_sides
    return (
        f"Departure {fields['departure']} from the usual design: {fields['departure'] - initial}"
        f" for strides other than {measure.usual_stride} and for offsets, {initial} for an initial"
        f" side outside {low} to {high}."
    )


def _overlap(fields: Mapping[str, int], measure: Measure) -> str:
    unread = count(fields["unread"], "mirrored layer")
    if not measure.weighs_overlap:
        return f"Even overlap was asked to play no part; {unread} would leave positions unread."
    uneven = count(fields["uneven"], "layer")
    verb = "overlaps" if fields["uneven"] == 1 else "overlap"
    return f"{uneven} {verb} unevenly and {unread} would leave positions unread."


def _offsets(fields: Mapping[str, int], measure: Measure) -> str:
    if not measure.weighs_offsets:
        return "Offsets were asked to play no part."
    steps = count(fields["inexact"], "axis-step")
    verb = "is" if fields["inexact"] == 1 else "are"
    return f"{steps} {verb} inexact, with offsets that sum to {fields['offset_sum']}."


def _kernels(chain: Chain, fields: Mapping[str, int], measure: Measure) -> str:
    kernels = ", ".join(
        "×".join(str(window.kernel_size) for window in windows) for windows in chain.windows
    )
    return (
        f"Kernels {kernels} are {fields['kernel_distance']} px in sum away from"
        f" {measure.kernel_factor} times their strides."
    )


def _initial_side(chain: Chain, measure: Measure) -> str:
    side = min(chain.initial_size)
    return (
        f"The initial map's shorter side {side} is {abs(side - measure.closest_side)} away from"
        f" {measure.closest_side}."
    )
