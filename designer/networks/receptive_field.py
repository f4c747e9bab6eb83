"""Receptive fields: input positions, from first to last, on which one output position depends.

Borders are ignored, as if every map were infinite, so a field may be larger than its map. A set of
extents is propagated backwards (``geometry.field_extents``), and the largest is the field.
Nearest-neighbor resizing by a factor that is not an integer, or that torch rounds unevenly, has
other phases at each position: there the ranges themselves are propagated. Norms and labels are left
out: each depends on all positions or on none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, groupby
from math import prod

from designer.geometry.axis.nearest import nearest_sources
from designer.geometry.field_extents import Extents
from designer.geometry.layers import Size
from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip
from designer.networks.network import Network

Run = tuple[int, int]
"""The first and the last position of a range."""


def receptive_fields(network: Network) -> tuple[Size | None, ...]:
    """For each module, the receptive field of an output position per axis; None for label vectors.

    Counted in positions of the network's input, or, if that is a single position (a latent vector),
    in positions of the first layer's output.
    """
    found = _Fields(network)
    spatial: list[PlacedModule] = []
    inside: set[str] = set()
    for entry in network.entries:
        inside.update(placed.name for placed in entry.modules)
        found.add_entry(entry, spatial)
    found.add((each for each in network.placed_modules if each.name not in inside), spatial)
    return tuple(found.fields.get(placed.name) for placed in network.placed_modules)


class _Fields:
    """The fields of a network's modules by name; a sum over all positions reads the whole input.

    So do all modules from a self-attention on, which reads its whole map.
    """

    def __init__(self, network: Network) -> None:
        self.fields: dict[str, Size] = {}
        self._whole = network.input_map.size
        self._reads_all = False
        self._field: Size = (1,) * len(self._whole)
        self._is_first = set(self._whole) == {1}
        self._has_vector = False

    def add_entry(self, entry: NetworkEntry, spatial: list[PlacedModule]) -> None:
        """Add an entry, which follows ``spatial``; the map of a skip reads less than the body below it."""
        if isinstance(entry, PlacedSkip):
            for each in entry.body:
                self.add_entry(each, spatial)
        elif isinstance(entry, PlacedPaths):
            self.add(entry.shortcut, [*spatial], aside=True)
            self.add(entry.body, spatial)
        else:
            self.add([entry], spatial)

    def add(
        self, row: Iterable[PlacedModule], spatial: list[PlacedModule], *, aside: bool = False
    ) -> None:
        """Add modules in sequence, the first one after ``spatial``, to which they are added.

        ``aside``: what comes next does not follow them.
        """
        field = self._field
        for placed in row:
            given = field
            if not placed.after.size:
                positions = prod(placed.before.size) if placed.before.size else 1
                self._has_vector |= positions > 1
                if self._has_vector and not placed.module.of_labels:
                    self.fields[placed.name] = self._whole
                continue
            field = self._field_after(placed, spatial, given)
            maps = [part for part in placed.parts if not part.module.of_labels]
            self.fields |= {part.name: given for part in maps[:-1]}
            self.fields |= {part.name: field for part in (*maps[-1:], placed)}
        if not aside:
            self._field = field

    def _field_after(self, placed: PlacedModule, spatial: list[PlacedModule], field: Size) -> Size:
        """The field of a module that gives a map, for the one before it; it may be added to ``spatial``."""
        if self._is_first:
            self._is_first = False
            self._whole = placed.after.size
        elif placed.module.spatial:
            self._reads_all |= placed.module.reads_all_positions
            spatial.append(placed)
            if not self._reads_all:
                return tuple(_field_on_axis(spatial, axis) for axis in range(len(field)))
        return self._whole if self._reads_all else field


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
    reaches: list[tuple[int, int]] = []
    last = len(row) - 1
    while (reach := row[last].module.reach(axis)) is not None:
        reaches.append(reach)
        last -= 1
    near, far = map(sum, zip((0, 0), *reaches, strict=True))
    side = row[-1].after.size[axis]
    start, stop = (near, side - far) if inside else (0, side)
    firsts, ends = (
        _sources_along(row[last], axis, range(start + shift, max(start, stop) + shift))
        for shift in (-near, far)
    )
    runs = _different(zip(firsts, ends, strict=True))
    for placed in reversed(row[:last]):
        runs = _input_runs(placed, axis, runs)
        if inside:
            side = placed.before.size[axis]
            runs = [run for run in runs if run[0] >= 0 and run[1] < side]
    return max((end - first + 1 for first, end in runs), default=0)


def _different(runs: Iterable[Run]) -> list[Run]:
    """Neither end moves back from one position to the next: equal runs are neighbors."""
    return [run for run, _ in groupby(runs)]


def _input_runs(placed: PlacedModule, axis: int, runs: list[Run]) -> list[Run]:
    """The ranges of a module's input on which these ranges of its output depend."""
    if placed.module.repeats:
        at = _source_of(placed, axis)
        return _different((at(first), at(end)) for first, end in runs)
    return [placed.module.input_range(axis, first, end) for first, end in runs]


def _sources_along(placed: PlacedModule, axis: int, places: range) -> Iterable[int]:
    """The nearest-neighbor sources of positions in a row, on an infinite map."""
    i, o = placed.before.size[axis], placed.after.size[axis]
    at = _source_of(placed, axis)
    within = nearest_sources(i, o)[max(0, places.start) : max(0, places.stop)]
    before = range(places.start, min(0, places.stop))
    return chain(map(at, before), within, map(at, range(max(o, places.start), places.stop)))


def _source_of(placed: PlacedModule, axis: int) -> Callable[[int], int]:
    """Maps a position of an infinite map to its nearest-neighbor source."""
    i, o = placed.before.size[axis], placed.after.size[axis]
    sources = nearest_sources(i, o)
    return lambda place: sources[place] if 0 <= place < o else place // o * i + sources[place % o]
