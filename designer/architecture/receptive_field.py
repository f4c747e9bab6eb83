"""How far a position of a layer sees: positions of the network's start between first and last.

Borders aside, as if every map went on for ever; so a field may be larger than the map it lies on.
Through a convolution w positions see (w − 1)S + E. Where a map is enlarged it depends on where the w
positions lie (their phase); on a map without end, positions of every extent lie at every phase, so a
set of extents is carried back and the largest is the field. Norms and the labels are left out: they
see everything or nothing.
"""

from __future__ import annotations

from designer.architecture.labels import Embedding
from designer.architecture.modules import Convolve
from designer.architecture.network import Network, Placed
from designer.architecture.resampling import PixelShuffle, Upsample
from designer.arithmetic import matching_taps
from designer.layers import Size, Window

Extents = frozenset[int]


def receptive_fields(network: Network) -> tuple[Size | None, ...]:
    """For each module the field of one position of its output, per axis; None for label vectors.

    Counted in positions of the network's input; where that is a single position, as a latent vector
    is, in positions of the map that the first layer makes of it.
    """
    row = [placed for placed in network.placed if not isinstance(placed.module, Embedding)]
    start = 0 if set(network.input_map.size) != {1} else 1
    axes = range(len(network.input_map.size))
    fields = {
        placed.name: tuple(_field(row[start : index + 1], axis) for axis in axes)
        for index, placed in enumerate(row)
    }
    return tuple(fields.get(placed.name) for placed in network.placed)


def _field(row: list[Placed], axis: int) -> int:
    extents: Extents = frozenset({1})
    for placed in reversed(row):
        if placed.name == "pool":
            continue  # it stands beside the head, with the same windows
        extents = _before(placed, axis, extents)
    return max(extents)


def _before(placed: Placed, axis: int, extents: Extents) -> Extents:
    """The extents that a module's output of these extents sees of its input."""
    module = placed.module
    if isinstance(module, Convolve):
        window = module.layer.windows[axis]
        if not module.transposed:
            return frozenset((w - 1) * window.stride + window.span for w in extents)
        return frozenset(
            extent
            for w in extents
            for phase in range(window.stride)
            if (extent := _painted_from(window, phase, w)) > 0
        )
    if isinstance(module, Upsample) and module.size is not None:
        i, o = placed.before.size[axis], placed.after.size[axis]
        return frozenset(_nearest_extents(i, o, w) for w in extents)
    if isinstance(module, Upsample | PixelShuffle):
        assert module.factors is not None
        factor = module.factors[axis]
        return frozenset((phase + w - 1) // factor + 1 for w in extents for phase in range(factor))
    return extents


def _painted_from(window: Window, first: int, extent: int) -> int:
    """Between the first and the last position that paint pixels first … first + extent − 1.

    Tap t of position x lies on pixel xS + tD − P. Positions grow with the pixel, but for dilated
    kernels only over a stretch of S·D pixels: so as many are looked at from either end.
    """
    stretch = window.stride * window.dilation
    last = first + extent - 1
    pixels = {
        *range(first, min(last, first + stretch) + 1),
        *range(max(first, last - stretch), last + 1),
    }
    places = [
        (pixel + window.padding - tap * window.dilation) // window.stride
        for pixel in pixels
        for tap in _taps_on(window, pixel)
    ]
    return max(places) - min(places) + 1 if places else 0


def _taps_on(window: Window, pixel: int) -> list[int]:
    taps = matching_taps(
        (pixel + window.padding) % window.stride,
        kernel_size=window.kernel_size,
        stride=window.stride,
        dilation=window.dilation,
    )
    return [taps[0], taps[-1]] if taps else []


def _nearest_extents(before: int, after: int, extent: int) -> int:
    """The most that so many neighbours see where x is taken from ⌊x·i/o⌋."""
    extent = min(extent, after)
    return max(
        (first + extent - 1) * before // after - first * before // after + 1
        for first in range(after - extent + 1)
    )
