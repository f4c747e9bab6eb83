"""Receptive fields: input positions, from first to last, on which one output position depends.

Borders are ignored, as if every map were infinite, so a field may be larger than its map. A set of
extents is propagated backwards (``geometry.field_extents``), and the largest is the field.
Nearest-neighbor resizing by a factor that is not an integer, or that torch rounds unevenly, has
other phases at each position: there the ranges themselves are propagated. Norms and labels are left
out: each depends on all positions or on none.
"""

from __future__ import annotations

from collections.abc import Callable

from designer.geometry.axis.nearest import nearest_sources
from designer.geometry.field_extents import Extents
from designer.geometry.layers import Size
from designer.networks.network import Network, PlacedModule

Run = tuple[int, int]
"""The first and the last position of a range."""


def receptive_fields(network: Network) -> tuple[Size | None, ...]:
    """For each module, the receptive field of an output position per axis; None for label vectors.

    Counted in positions of the network's input, or, if that is a single position (a latent vector),
    in positions of the first layer's output.
    """
    row = [placed for placed in network.placed_modules if placed.after.size]
    start = 0 if set(network.input_map.size) != {1} else 1
    fields: dict[str, Size] = {}
    field: Size = (1,) * len(network.input_map.size)
    spatial: list[PlacedModule] = []
    for index, placed in enumerate(row):
        if index >= start and placed.module.spatial:
            spatial.append(placed)
            field = tuple(_field_on_axis(spatial, axis) for axis in range(len(field)))
        fields[placed.name] = field
    return tuple(fields.get(placed.name) for placed in network.placed_modules)


def _field_on_axis(row: list[PlacedModule], axis: int) -> int:
    extents: Extents = frozenset({1})
    for placed in reversed(row):
        found = placed.module.input_extents(axis, placed.before.size, placed.after.size, extents)
        if found is None:
            return _widest_run(row, axis, inside=True) or _widest_run(row, axis, inside=False)
        extents = found
    return max(extents)


def _widest_run(row: list[PlacedModule], axis: int, *, inside: bool) -> int:
    """The widest field of a position; ``inside``: of those within the borders, 0 if there are none.

    Beyond a border, positions continue as nearest neighbors of the same scale would.
    """
    reaches = [placed.module.reach(axis) for placed in row]
    last = max(index for index, reach in enumerate(reaches) if reach is None)
    near, far = map(sum, zip((0, 0), *filter(None, reaches[last + 1 :]), strict=True))
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
    reach = placed.module.reach(axis)
    if reach is None:
        at = _source_of(placed, axis, inside=False)
        return {(at(first), at(end)) for first, end in runs}
    return {(first - reach[0], end + reach[1]) for first, end in runs}


def _source_of(placed: PlacedModule, axis: int, *, inside: bool) -> Callable[[int], int]:
    """Maps a position to its nearest-neighbor source; not ``inside``: on an infinite map."""
    i, o = placed.before.size[axis], placed.after.size[axis]
    sources = nearest_sources(i, o)
    if inside:
        return sources.__getitem__
    return lambda place: sources[place] if 0 <= place < o else place // o * i + sources[place % o]
