"""The input sizes at which an encoder–decoder works, and the ones that prove all others.

A step down gives ⌊(i + 2P − E)/S⌋ + 1 positions, and the step back gives i again with the output padding
A = (i + 2P − E) mod S, which is legal because it is less than S. So every level depends on the residue of
its size modulo its stride alone, and the whole network on that of its input modulo ΠS.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import lcm, prod
from operator import lt

from designer.brief.skips import AnySize
from designer.brief.unet_widths import UNetWidths
from designer.errors import InvalidLayer
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, format_size
from designer.networks.encoder_decoder import EncoderDecoder
from designer.networks.gan import Gan
from designer.networks.unet import assemble_unet
from designer.reasons import Reason, make_reason

MOST_RESIDUES = 64
"""Residues up to which an input of each is run."""


def unet_widths(gan: Gan) -> UNetWidths:
    """The widths of a generator with skips."""
    assert isinstance(gan.widths, UNetWidths), "the generator has skips"
    return gan.widths


def unet_network(gan: Gan) -> EncoderDecoder:
    """The generator, which has skips."""
    assert isinstance(gan.generator, EncoderDecoder), "the generator has skips"
    return gan.generator


def takes_any_size(gan: Gan) -> bool:
    """Whether the generator has skips and takes inputs of other sizes than the design's."""
    return gan.widths.joins_arms and unet_widths(gan).any_size is not AnySize.OFF


def unet_at(gan: Gan, size: Size) -> EncoderDecoder | None:
    """The network for inputs of another size; None if torch rejects it there."""
    widths = unet_widths(gan)
    try:
        chain = widths.any_size.chain(size, gan.chain.windows)
        network = assemble_unet(chain, widths, gan.output_activation, size=size)
    except InvalidLayer:
        return None
    legal = not any(
        placed.module.zero_on_one_position and prod(placed.before.size) == 1
        for placed in network.placed_modules
    )
    return network if legal else None


def least_input(gan: Gan) -> Size:
    """The least input, per axis, from which on every size is legal; the design's own is not below it.

    Where a norm rejects a lowest map of one position, that map has two on each axis, or where the
    design's own has not, on one.
    """
    own = gan.generator.input_map.size
    if not takes_any_size(gan):
        return own
    pads, axes = unet_widths(gan).any_size is AnySize.PAD, range(gan.chain.axes)
    singles = [tuple(2 if at == axis else 1 for at in axes) for axis in axes]
    for bottom in ((1,) * len(own), (2,) * len(own), *singles):
        least = tuple(_least_side(gan.chain, axis, bottom[axis], pads=pads) for axis in axes)
        below_own = all(side <= most for side, most in zip(least, own, strict=True))
        if below_own and unet_at(gan, least) is not None:
            return least
    return own


def _least_side(chain: Chain, axis: int, bottom: int, *, pads: bool) -> int:
    """The least side whose lowest map has at least ``bottom`` positions."""
    if pads:
        return (bottom - 1) * chain.factors[axis] + 1
    side = bottom
    for step in chain.windows:
        window = step[axis]
        side = max(1, (side - 1) * window.stride + window.span - 2 * window.padding)
    return side


def proving_sizes(gan: Gan) -> Iterator[Size]:
    """Input sizes that prove all from the least one on: ΠS along the diagonal.

    Of more than ``MOST_RESIDUES``, sizes by which every level meets every residue of its own stride: a
    level depends on nothing else. Then sizes that differ from axis to axis, so that none is taken for
    another.
    """
    least, period = least_input(gan), lcm(*gan.chain.factors)
    yield from _diagonal_sizes(gan, least, period)
    if len(least) > 1:
        yield from _uneven_sizes(least, gan.chain.factors)


def _uneven_sizes(least: Size, factors: Size) -> Iterator[Size]:
    """Sizes of other residues on each axis, in both orders, and much longer along each axis in turn."""
    steps = range(1, len(least) + 1)
    for order in (steps, reversed(steps)):
        yield tuple(side + step for side, step in zip(least, order, strict=True))
    for axis in range(len(least)):
        yield tuple(
            side + (2 * factor + 3) * (at == axis)
            for at, (side, factor) in enumerate(zip(least, factors, strict=True))
        )


def _diagonal_sizes(gan: Gan, least: Size, period: int) -> Iterator[Size]:
    diagonal = (tuple(side + step for side in least) for step in range(period))
    if period <= MOST_RESIDUES:
        yield from diagonal
        return
    met: set[tuple[int, int, int]] = set()
    for size in islice(diagonal, MOST_RESIDUES**2):
        found = _residues(gan.chain, size)
        if not found <= met:
            met |= found
            yield size


def refused_sizes(gan: Gan) -> list[Size]:
    """Input sizes that the text itself must refuse: one below the least on an axis, or other than its own."""
    if not gan.widths.joins_arms:
        return []
    least, axes = least_input(gan), range(gan.chain.axes)
    shifts = (-1, -2) if takes_any_size(gan) else (-1, 1, 2, 8)
    sizes = [
        tuple(side + shift * (at == axis) for at, side in enumerate(least))
        for axis in axes
        for shift in shifts
    ]
    sizes.append(tuple(side - 1 for side in least))
    sizes += [
        tuple(side - 1 if at == axis else 4 * side + 1 for at, side in enumerate(least))
        for axis in axes
        if len(least) > 1
    ]
    kept = [size for size in dict.fromkeys(sizes) if min(size) > 0]
    if takes_any_size(gan):
        return [size for size in kept if any(map(lt, size, least))]
    return kept


def _residues(chain: Chain, size: Size) -> set[tuple[int, int, int]]:
    """Level, axis and residue of each step down from an input."""
    down = Chain.down_from(size, chain.windows)
    return {
        (level, axis, window.output_padding)
        for level, step in enumerate(down.windows)
        for axis, window in enumerate(step)
    }


def every_input_reason(gan: Gan) -> Reason:
    """Why the sizes of ``proving_sizes`` settle all others."""
    least = list(least_input(gan))
    if unet_widths(gan).any_size is AnySize.PAD:
        return make_reason("every_padded_input", least=least, factors=list(gan.chain.factors))
    each = lcm(*gan.chain.factors) <= MOST_RESIDUES
    return make_reason("every_input" if each else "every_input_by_level", least=least)


def least_text(gan: Gan) -> str:
    """The least input: one number if it is the same on every axis, otherwise a size."""
    least = least_input(gan)
    return str(least[0]) if len({*least}) == 1 else format_size(least)
