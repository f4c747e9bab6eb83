"""The ``why`` sentences of a chain: one for each step of the order, with the chain's numbers."""

from __future__ import annotations

from collections.abc import Mapping

from designer.chains.preference_order import MAX_EXACT_FIRST_DEPARTURE
from designer.chains.reference_design import ReferenceDesign
from designer.geometry.chain import Chain
from designer.geometry.layers import format_size


def explain_rank(
    chain: Chain,
    fields: Mapping[str, int],
    exact: bool,
    reference: ReferenceDesign,
    *,
    transposed: bool,
) -> tuple[str, ...]:
    """Reasons for a chain's rank: one sentence for each of the eight steps of the order.

    ``transposed``: the network has the transposed convolutions that the order compares.
    """
    compared = "" if transposed else ", as transposed convolutions"
    return (
        _exactness(fields, exact, reference),
        _departure(chain, fields, reference),
        _overlap(fields, reference),
        _offsets(fields, reference),
        _kernels(chain, fields, reference),
        _initial_side(chain, reference),
        f"{count_noun(fields['layers'], 'layer')} and {fields['multiply_adds']:,} multiply-adds,"
        f" the stem included{compared}: fewer come first.",
        f"Output paddings sum to {fields['output_padding_sum']} and paddings to"
        f" {fields['padding_sum']}: smaller sums come first, then the smaller windows, compared"
        " from the picture's end.",
    )


def count_noun(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count_noun(1, "layer"), count_noun(0, "layer")
    ('1 layer', '0 layers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _exactness(fields: Mapping[str, int], exact: bool, reference: ReferenceDesign) -> str:
    departure = fields["departure"]
    if not reference.weighs_offsets:
        return "Offsets are ignored on request, so exact chains do not come first."
    if not exact:
        return (
            "Not every layer multiplies its input exactly, so it comes after the exact chains of"
            f" departure up to {MAX_EXACT_FIRST_DEPARTURE}."
        )
    preference = (
        "before all others"
        if departure <= MAX_EXACT_FIRST_DEPARTURE
        else f"exact chains come first only up to {MAX_EXACT_FIRST_DEPARTURE}"
    )
    return (
        f"Every layer multiplies its input exactly and the departure is {departure}: {preference}."
    )


def _departure(chain: Chain, fields: Mapping[str, int], reference: ReferenceDesign) -> str:
    initial = reference.initial_departure(chain.initial_size)
    low, high = reference.usual_sides
    return (
        f"Departure {fields['departure']} from the usual design: {fields['departure'] - initial}"
        f" for strides other than {reference.usual_stride} and for offsets, {initial} for an initial"
        f" side outside {low} to {high}."
    )


def _overlap(fields: Mapping[str, int], reference: ReferenceDesign) -> str:
    unread = count_noun(fields["unread"], "mirrored layer")
    if not reference.weighs_overlap:
        return f"Even overlap is ignored on request; {unread} would leave positions unread."
    uneven = count_noun(fields["uneven"], "layer")
    verb = "overlaps" if fields["uneven"] == 1 else "overlap"
    return f"{uneven} {verb} unevenly and {unread} would leave positions unread."


def _offsets(fields: Mapping[str, int], reference: ReferenceDesign) -> str:
    if not reference.weighs_offsets:
        return "Offsets are ignored on request."
    steps = count_noun(fields["inexact"], "axis-step")
    verb = "is" if fields["inexact"] == 1 else "are"
    return f"{steps} {verb} inexact, with offsets that sum to {fields['offset_sum']}."


def _kernels(chain: Chain, fields: Mapping[str, int], reference: ReferenceDesign) -> str:
    kernels = ", ".join(
        format_size(window.kernel_size for window in windows) for windows in chain.windows
    )
    return (
        f"Kernels {kernels} differ by {fields['kernel_distance']} px in total from"
        f" {reference.kernel_factor} times their strides."
    )


def _initial_side(chain: Chain, reference: ReferenceDesign) -> str:
    side = min(chain.initial_size)
    return (
        f"The initial map's shorter side {side} is {abs(side - reference.preferred_side)} away from"
        f" {reference.preferred_side}."
    )
