"""The chain of an encoder–decoder, whose sizes are those that its convolutions give on the way down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import prod

from designer.brief.model import Brief
from designer.brief.skips import AnySize
from designer.chains import Solution, evaluate_chain, solve_chain
from designer.chains.reference_design import reference_design
from designer.errors import NoChain
from designer.geometry.chain import Chain
from designer.geometry.layers import Size

_MOST_TARGETS = 8
"""Padded sizes to which a chain is searched, until there is one."""


def solve_skips(brief: Brief) -> Solution:
    """The chain of a brief with skips: of its own windows, or the best of its search space.

    Where the input is padded, the chain leads to a padded size, one with the usual strides before others
    and then the least.

    Raises:
        NoChain: if no chain fits the brief.
        InvalidLayer: if a kernel of its own windows does not fit into its map.
    """
    pads = brief.any_size is AnySize.PAD
    if brief.windows is not None:
        assert brief.any_size is not None, "a brief with skips is completed"
        chain = brief.any_size.chain(brief.resolution, brief.windows)
        return evaluate_chain(chain, space=brief.space, widths=brief.widths)
    if not pads:
        return solve_chain(brief.resolution, space=brief.space, widths=brief.widths)
    return _solve_padded(brief)


def _solve_padded(brief: Brief) -> Solution:
    refusal: NoChain | None = None
    for target in islice(_padded_targets(brief), _MOST_TARGETS):
        try:
            solution = solve_chain(target, space=brief.space, widths=brief.widths)
        except NoChain as error:
            refusal = refusal or error
            continue
        if Chain.padded_from(brief.resolution, solution.chain.windows).target == target:
            return solution
    if refusal is not None:
        raise refusal
    return solve_chain(brief.resolution, space=brief.space, widths=brief.widths)


def _padded_targets(brief: Brief) -> Iterator[Size]:
    """The multiples of ΠS next to the resolution, for each product of strides that fits."""
    reference = reference_design(brief.space, axes=brief.axes, widths=brief.widths)
    found: dict[Size, tuple[int, int]] = {}
    for factor, departure in _stride_products(brief, reference.usual_stride).items():
        target = tuple(side + -side % factor for side in brief.resolution)
        initial = tuple(side // factor for side in target)
        if reference.allows_initial_size(initial, brief.space.initial_size):
            rank = (departure, prod(target))
            found[target] = min(rank, found.get(target, rank))
    yield from sorted(found, key=found.__getitem__)


def _stride_products(brief: Brief, usual: int) -> dict[int, int]:
    """Products of strides up to the resolution, each with its least distance from the usual stride."""
    strides = [s for s in brief.space.strides if s > 1 and brief.space.has_window(s)]
    found: dict[int, int] = {}
    ends = {1: 0}
    for _ in range(brief.space.max_layers):
        longer: dict[int, int] = {}
        for product, departure in ends.items():
            for stride in strides:
                next_product = product * stride
                if next_product <= max(brief.resolution):
                    total = departure + abs(stride - usual)
                    longer[next_product] = min(total, longer.get(next_product, total))
        for product, departure in longer.items():
            found[product] = min(departure, found.get(product, departure))
        ends = longer
    return found
