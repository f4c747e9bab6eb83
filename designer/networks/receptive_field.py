"""How far a position of a layer sees: positions of the network's start between first and last.

Borders aside, as if every map went on for ever; so a field may be larger than the map it lies on.
Through a convolution w positions see (w − 1)S + E. Where a map is enlarged it depends on where the w
positions lie (their phase); on a map without end, positions of every extent lie at every phase, so a
set of extents is carried back and the largest is the field. A map that nearest neighbours enlarge by
no whole factor, or by one that torch rounds unevenly, has phases of its own at every place: there the
runs of positions themselves are carried back. Norms and the labels are left out: they see everything or nothing.
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
"""The first and the last of a row of positions."""


def receptive_fields(network: Network) -> tuple[Size | None, ...]:
    """For each module the field of one position of its output, per axis; None for label vectors.

    Counted in positions of the network's input; where that is a single position, as a latent vector
    is, in positions of the map that the first layer makes of it.
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
"""What sees other positions than its own; a crop does not, and a pool stands beside the head."""


def _field_on_axis(row: list[PlacedModule], axis: int) -> int:
    if any(_is_uneven(placed, axis) for placed in row):
        return _widest_run(row, axis, inside=True) or _widest_run(row, axis, inside=False)
    extents: Extents = frozenset({1})
    for placed in reversed(row):
        extents = _input_extents(placed, axis, extents)
    return max(extents)


def _is_uneven(placed: PlacedModule, axis: int) -> bool:
    """Whether nearest neighbours repeat the positions of an axis unequally often."""
    if not isinstance(placed.module, Upsample):
        return False
    return not has_uniform_repeats(placed.before.size[axis], placed.after.size[axis])


def _widest_run(row: list[PlacedModule], axis: int, *, inside: bool) -> int:
    """The most that one position sees; ``inside``: of those that see no border, 0 where all do.

    Beyond a border positions go on as nearest neighbours of the same scale would.
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
    """The runs of a module's input that these of its output see."""
    if isinstance(placed.module, ConvolutionModule):
        near, far = _reach(placed, axis)
        return {(first - near, end + far) for first, end in runs}
    at = _source_of(placed, axis, inside=False)
    return {(at(first), at(end)) for first, end in runs}


def _reach(placed: PlacedModule, axis: int) -> Run:
    """How many positions before and after its own one of a size-keeping convolution sees."""
    assert isinstance(placed.module, ConvolutionModule), "maps are enlarged in one way throughout"
    window = placed.module.layer.windows[axis]
    assert window.stride == 1, "maps are enlarged in one way throughout"
    return window.padding, window.span - 1 - window.padding


def _source_of(placed: PlacedModule, axis: int, *, inside: bool) -> Callable[[int], int]:
    """Where nearest neighbours take a position from; not ``inside``: as if a map went on for ever."""
    i, o = placed.before.size[axis], placed.after.size[axis]
    sources = nearest_sources(i, o)
    if inside:
        return sources.__getitem__
    return lambda place: sources[place] if 0 <= place < o else place // o * i + sources[place % o]


def _input_extents(placed: PlacedModule, axis: int, extents: Extents) -> Extents:
    """The extents that a module's output of these extents sees of its input."""
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
