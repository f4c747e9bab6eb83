"""Receptive fields: input positions, from first to last, on which one output position depends.

Borders are ignored, as if every map were infinite, so a field may be larger than its map. Through
a convolution, w adjacent positions depend on (w − 1)S + E. Where a map is enlarged, the number
depends on the phase of the w positions. On an infinite map ranges of every extent occur at every
phase, so a set of extents is propagated backwards, and the largest is the field. Nearest-neighbor
resizing by a factor that is not an integer, or that torch rounds unevenly, has other phases at each
position: there the ranges themselves are propagated. Norms and labels are left out: each depends on
all positions or on none.
"""

from __future__ import annotations

from collections.abc import Callable

from designer.geometry.axis import matching_taps
from designer.geometry.layers import Size, Window
from designer.geometry.resampling import has_uniform_repeats, nearest_sources
from designer.networks.convolution_modules import ConvolutionModule
from designer.networks.label_modules import Embedding
from designer.networks.network import Network, PlacedModule
from designer.networks.resampling_modules import PixelShuffle, Upsample

Extents = frozenset[int]
Run = tuple[int, int]
"""The first and the last position of a range."""


def receptive_fields(network: Network) -> tuple[Size | None, ...]:
    """For each module, the receptive field of an output position per axis; None for label vectors.

    Counted in positions of the network's input, or, if that is a single position (a latent vector),
    in positions of the first layer's output.
    """
    row = [placed for placed in network.placed_modules if not isinstance(placed.module, Embedding)]
    start = 0 if set(network.input_map.size) != {1} else 1
    fields: dict[str, Size] = {}
    field: Size = (1,) * len(network.input_map.size)
    spatial: list[PlacedModule] = []
    for index, placed in enumerate(row):
        if index >= start and isinstance(placed.module, _SPATIAL_MODULES):
            spatial.append(placed)
            field = tuple(_field_on_axis(spatial, axis) for axis in range(len(field)))
        fields[placed.name] = field
    return tuple(fields.get(placed.name) for placed in network.placed_modules)


_SPATIAL_MODULES = (ConvolutionModule, Upsample, PixelShuffle)
"""Modules that read other positions; a crop does not, and the pool is parallel to the head."""


def _field_on_axis(row: list[PlacedModule], axis: int) -> int:
    if any(_is_uneven(placed, axis) for placed in row):
        return _widest_run(row, axis, inside=True) or _widest_run(row, axis, inside=False)
    extents: Extents = frozenset({1})
    for placed in reversed(row):
        extents = _input_extents(placed, axis, extents)
    return max(extents)


def _is_uneven(placed: PlacedModule, axis: int) -> bool:
    """Whether nearest-neighbor resizing repeats the positions of an axis unequally."""
    if not isinstance(placed.module, Upsample):
        return False
    return not has_uniform_repeats(placed.before.size[axis], placed.after.size[axis])


def _widest_run(row: list[PlacedModule], axis: int, *, inside: bool) -> int:
    """The widest field of a position; ``inside``: of those within the borders, 0 if there are none.

    Beyond a border, positions continue as nearest neighbors of the same scale would.
    """
    last = max(index for index, placed in enumerate(row) if isinstance(placed.module, Upsample))
    reaches = [_reach(placed, axis) for placed in row[last + 1 :]]
    near, far = (sum(sides) for sides in zip((0, 0), *reaches, strict=True))
    side = row[-1].after.size[axis]
    at = _source_of(row[last], axis, inside=inside)
    firsts, ends = range(-near, side - near), range(far, side + far)
    if inside:
        firsts, ends = range(side - near - far), range(near + far, side)
    runs = {*zip(map(at, firsts), map(at, ends), strict=True)}
    for placed in reversed(row[:last]):
        runs = _input_runs(placed, axis, runs)
        if inside:
            side = placed.before.size[axis]
            runs = {run for run in runs if run[0] >= 0 and run[1] < side}
    return max((end - first + 1 for first, end in runs), default=0)


def _input_runs(placed: PlacedModule, axis: int, runs: set[Run]) -> set[Run]:
    """The ranges of a module's input on which these ranges of its output depend."""
    if isinstance(placed.module, ConvolutionModule):
        near, far = _reach(placed, axis)
        return {(first - near, end + far) for first, end in runs}
    at = _source_of(placed, axis, inside=False)
    return {(at(first), at(end)) for first, end in runs}


def _reach(placed: PlacedModule, axis: int) -> Run:
    """Positions before and after its own that a position of a stride-1 convolution reads."""
    assert isinstance(placed.module, ConvolutionModule), "a network upsamples in one way only"
    window = placed.module.layer.windows[axis]
    assert window.stride == 1, "a network upsamples in one way only"
    return window.padding, window.span - 1 - window.padding


def _source_of(placed: PlacedModule, axis: int, *, inside: bool) -> Callable[[int], int]:
    """Maps a position to its nearest-neighbor source; not ``inside``: on an infinite map."""
    i, o = placed.before.size[axis], placed.after.size[axis]
    sources = nearest_sources(i, o)
    if inside:
        return sources.__getitem__
    return lambda place: sources[place] if 0 <= place < o else place // o * i + sources[place % o]


def _input_extents(placed: PlacedModule, axis: int, extents: Extents) -> Extents:
    """The extents of input ranges on which output ranges of these extents depend."""
    module = placed.module
    if isinstance(module, ConvolutionModule):
        window = module.layer.windows[axis]
        if not module.transposed:
            return frozenset((w - 1) * window.stride + window.span for w in extents)
        return frozenset(
            extent
            for w in extents
            for phase in range(window.stride)
            if (extent := _painting_extent(window, phase, w)) > 0
        )
    if isinstance(module, Upsample | PixelShuffle):
        factor = placed.after.size[axis] // placed.before.size[axis]
        return frozenset((phase + w - 1) // factor + 1 for w in extents for phase in range(factor))
    return extents


def _painting_extent(window: Window, first: int, extent: int) -> int:
    """Extent of the positions that contribute to the pixels first … first + extent − 1.

    Tap t of position x contributes to pixel xS + tD − P. For dilated kernels, positions increase
    with the pixel only over distances of S·D pixels: so that many are checked at either end.
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
