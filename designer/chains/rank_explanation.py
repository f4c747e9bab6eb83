"""The reasons for a chain's rank: one for each step of the order, with the chain's numbers."""

from __future__ import annotations

from collections.abc import Mapping

from designer.chains.reference_design import ReferenceDesign
from designer.geometry.chain import Chain
from designer.reasons import Reason


def explain_rank(
    chain: Chain,
    fields: Mapping[str, int],
    exact: bool,
    reference: ReferenceDesign,
    *,
    transposed: bool,
) -> tuple[Reason, ...]:
    """Reasons for a chain's rank: one for each of the eight steps of the order.

    ``transposed``: the network has the transposed convolutions that the order compares.
    """
    return (
        _exactness(fields, exact, reference),
        _departure(chain, fields, reference),
        _overlap(fields, reference),
        _offsets(fields, reference),
        _kernel_distance(chain, fields, reference),
        _initial_side(chain, reference),
        Reason(
            code="cost" if transposed else "cost_as_transposed",
            facts=_select(fields, "layers", "multiply_adds"),
        ),
        Reason(code="padding_sums", facts=_select(fields, "output_padding_sum", "padding_sum")),
    )


def _select(fields: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: fields[name] for name in names}


def _exactness(fields: Mapping[str, int], exact: bool, reference: ReferenceDesign) -> Reason:
    if not reference.weighs_offsets:
        return Reason(code="exactness_ignored", facts={})
    if (most := reference.exact_first_departure) is None:
        return Reason(code="exact_from_map" if exact else "inexact_from_map", facts={})
    departure, limit = _select(fields, "departure"), {"limit": most}
    if not exact:
        return Reason(code="inexact_comes_later", facts=limit)
    if fields["departure"] <= most:
        return Reason(code="exact_comes_first", facts=departure)
    return Reason(code="exact_beyond_limit", facts=departure | limit)


def _departure(chain: Chain, fields: Mapping[str, int], reference: ReferenceDesign) -> Reason:
    if reference.given_map:
        facts = {"departure": fields["departure"], "usual_stride": reference.usual_stride}
        return Reason(code="departure_from_map", facts=facts)
    initial = reference.initial_departure(chain.initial_size)
    low, high = reference.usual_sides
    facts = {
        "departure": fields["departure"],
        "layers": fields["departure"] - initial,
        "usual_stride": reference.usual_stride,
        "initial_side": initial,
        "low": low,
        "high": high,
    }
    return Reason(code="departure", facts=facts)


def _overlap(fields: Mapping[str, int], reference: ReferenceDesign) -> Reason:
    if not reference.weighs_overlap:
        return Reason(code="overlap_ignored", facts=_select(fields, "unread"))
    return Reason(code="overlap", facts=_select(fields, "uneven", "unread"))


def _offsets(fields: Mapping[str, int], reference: ReferenceDesign) -> Reason:
    if not reference.weighs_offsets:
        return Reason(code="offsets_ignored", facts={})
    return Reason(code="offsets", facts=_select(fields, "inexact", "offset_sum"))


def _kernel_distance(chain: Chain, fields: Mapping[str, int], reference: ReferenceDesign) -> Reason:
    facts = {
        "kernel_sizes": [[window.kernel_size for window in windows] for windows in chain.windows],
        "distance": fields["kernel_distance"],
        "usual": reference.usual_kernel_formula,
    }
    return Reason(code="kernel_distance", facts=facts)


def _initial_side(chain: Chain, reference: ReferenceDesign) -> Reason:
    if reference.given_map:
        return Reason(code="initial_side_ignored", facts={})
    side, preferred = min(chain.initial_size), reference.preferred_side
    facts = {"side": side, "distance": abs(side - preferred), "preferred_side": preferred}
    return Reason(code="initial_side", facts=facts)
