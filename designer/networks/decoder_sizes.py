"""The sizes at which a decoder holds: every one for exact windows, otherwise that of its chain.

One window gives o = S·i + c (docs/solver.md), so a chain gives o = ΠS·i + C. With c = 0 in every
layer, as with a C of 0, the decoder multiplies every size by ΠS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.chain import Chain
from designer.geometry.equivalence.connectivity import disconnected_axes
from designer.geometry.layers import Size
from designer.geometry.modules.module import Module
from designer.networks.gan import Gan
from designer.networks.network import Network
from designer.reasons import Reason, make_reason

LENGTHS = range(1, 9)
"""The sides at which a receipt runs a decoder, beside the one of its chain and a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """o = factor·i + offset along each axis, for every size i of the initial map."""

    factor: Size
    offset: Size


def chain_growth(chain: Chain) -> Growth:
    """What a chain makes of any size.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=10, stride=5, padding=3),)
    >>> chain_growth(Chain(sizes=((2,), (9,), (44,)), windows=(step, step)))
    Growth(factor=(25,), offset=(-6,))
    """
    factor, offset = [1] * chain.axes, [0] * chain.axes
    for step in chain.windows:
        for axis, window in enumerate(step):
            factor[axis] *= window.stride
            offset[axis] = offset[axis] * window.stride + window.offset
    return Growth(factor=tuple(factor), offset=tuple(offset))


def is_decoder(gan: Gan) -> bool:
    """Whether the generator starts from a given map, so that it takes maps of other sizes."""
    return gan.widths.latent_dim is None and not gan.widths.joins_arms


def has_fixed_length(gan: Gan) -> bool:
    """Whether a decoder multiplies the size of its chain alone by a whole number."""
    exact = all(window.offset == 0 for step in gan.chain.windows for window in step)
    if not is_decoder(gan) or exact:
        return False
    return resizes_to_stated_size(gan) or any(chain_growth(gan.chain).offset)


def holds_at_every_size(gan: Gan) -> bool:
    """Whether a decoder multiplies every size of its map by the same whole number."""
    return is_decoder(gan) and not has_fixed_length(gan)


def fixed_length_reason(gan: Gan) -> Reason:
    """Why a decoder of a fixed length multiplies the size of its chain alone."""
    facts = {"start": list(gan.chain.initial_size), "target": list(gan.chain.target)}
    if resizes_to_stated_size(gan):
        return make_reason("stated_size", **facts)
    growth = chain_growth(gan.chain)
    offset = list(growth.offset)
    return make_reason("one_size", **facts, product=list(growth.factor), offset=offset)


def resizes_to_stated_size(gan: Gan) -> bool:
    """Whether a layer of the generator gives one size for every map."""
    return any(each.states_its_size for each in _modules(gan))


def network_at(network: Network, size: Size) -> Network | None:
    """The network with an input map of this size, None if torch rejects it there."""
    try:
        resized = replace(network, input_map=replace(network.input_map, size=size))
        legal = not any(
            placed.module.zero_on_one_position and prod(placed.before.size) == 1
            for placed in resized.placed_modules
        )
    except InvalidLayer:
        return None
    return resized if legal else None


def first_legal_side(gan: Gan) -> int:
    """The least side of an initial map, equal on all axes, that the decoder takes and uses."""
    for side in range(1, max(gan.chain.initial_size)):
        size = (side,) * gan.chain.axes
        resized = network_at(gan.generator, size)
        if resized is not None and not disconnected_axes(_chain_from(gan.chain, size)):
            return side
    return max(gan.chain.initial_size)


def _chain_from(chain: Chain, size: Size) -> Chain:
    """The chain of the same windows from another initial map."""
    sizes = [size]
    for step in chain.windows:
        sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
    return Chain(sizes=tuple(sizes), windows=chain.windows)


def initial_sizes(gan: Gan, most_multiply_adds: int) -> Iterator[Size]:
    """The sizes of the initial map at which a decoder is run: sides 1 to 8, its own, a larger one.

    A side is that of all axes, where that is cheap enough, otherwise of one axis at a time.
    """
    first, own = first_legal_side(gan), gan.chain.initial_size
    beyond = max(*LENGTHS, *own) + 1
    most = max(most_multiply_adds, 2 * gan.generator.multiply_adds)
    for side in (*LENGTHS, beyond):
        if side < first:
            continue
        for size in _sizes_of_side(side, first, gan.chain.axes):
            network = network_at(gan.generator, size)
            if network is not None and network.multiply_adds <= most:
                yield size
                if len(set(size)) == 1:
                    break
    if len(set(own)) > 1 or own[0] not in LENGTHS:
        yield own


def _sizes_of_side(side: int, first: int, axes: int) -> list[Size]:
    """The size with this side on all axes, then those with it on one axis."""
    single = [tuple(side if at == axis else first for at in range(axes)) for axis in range(axes)]
    return [(side,) * axes, *(single if axes > 1 and side > first else ())]


def least_context(gan: Gan) -> tuple[tuple[int, int], ...] | None:
    """Per axis, how many positions before and after its own a part of the output depends on.

    A part is what one position of the initial map is multiplied to. Decoded with this context, a
    piece of a map gives the values of the whole. None if sizes are not multiplied exactly, or if a
    norm reads all positions.
    """
    exact = all(window.offset == 0 for step in gan.chain.windows for window in step)
    if not is_decoder(gan) or not exact or any(m.reads_all_positions for m in _modules(gan)):
        return None
    factors = chain_growth(gan.chain).factor
    return tuple(_context_on_axis(gan, axis, factor) for axis, factor in enumerate(factors))


def _context_on_axis(gan: Gan, axis: int, factor: int) -> tuple[int, int]:
    first, last = 0, factor - 1
    for module in reversed(_modules(gan)):
        first, last = module.input_range(axis, first, last)
    return -first, last


def _modules(gan: Gan) -> list[Module]:
    """The modules of the generator, in order."""
    return [placed.module for placed in gan.generator.placed_modules]
