"""The paths of a list of layers: one after the other, and side by side where a sum joins two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from designer.audit.ops.layer import AuditLayer

INPUT_MAP = -1
"""The place of the input; that of any other map is the index of the layer that gives it."""

MAX_BLOCK_DEPTH = 32
"""Residual blocks inside each other; a deeper one is taken for a layer by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPart:
    """A layer, or a residual block: the sum of two ``paths`` from one map, ``fork``.

    ``index`` is the layer, or the one that adds; the path whose layers come first is the first one.
    """

    index: int
    fork: int
    paths: tuple[LayerPath, ...] = ()

    @property
    def depth(self) -> int:
        """Number of blocks inside each other, this one included."""
        inner = (part.depth for path in self.paths for part in path)
        return 1 + max(inner, default=0) if self.paths else 0


LayerPath = tuple[PathPart, ...]
"""The parts between two maps, in order; none between a map and itself."""


def find_forks(sources: Sequence[Sequence[int]]) -> list[int]:
    """For each map, the last earlier one through which all paths to it go; by the maps that it is made of.

    >>> find_forks([[-1], [0], [1, 0]])
    [-1, 0, 0]
    """
    forks: list[int] = []
    for first, *others in sources:
        for other in others:
            while first != other:
                first, other = min(first, other), forks[max(first, other)]
        forks.append(first)
    return forks


class _SharedLayer(Exception):
    """Two paths have a layer in common."""


def network_path(layers: Sequence[AuditLayer]) -> LayerPath:
    """The parts of a list of layers, from its input to its last map.

    Layers that no path to the last map has are left out. A skip that joins otherwise than by the sum
    of two separate paths is a layer by itself, after the layer before it.

    >>> from designer.audit.ops.skips import AddFromLayer, BranchFromLayer
    >>> from designer.audit.ops.upsampling import UpsampleLayer
    >>> larger = UpsampleLayer(scale_factor=2)
    >>> block = [larger, BranchFromLayer(from_=-1), larger, AddFromLayer(from_=0)]
    >>> [part.index for part in network_path(block)]
    [3]
    >>> [[part.index for part in path] for path in network_path(block)[0].paths]
    [[0], [1, 2]]
    """
    return _Paths(layers).between(INPUT_MAP, len(layers) - 1, set())


class _Paths:
    """Follows the layers backwards from a map; ``forks`` are the last maps that all paths pass."""

    def __init__(self, layers: Sequence[AuditLayer]) -> None:
        self._layers = layers
        self._parts: list[tuple[PathPart, set[int]]] = []
        self._forks = find_forks([*map(self._sources, range(len(layers)))])
        for index in range(len(layers)):
            self._parts.append(self._find_part(index))

    def _sources(self, index: int) -> list[int]:
        layer = self._layers[index]
        last = [index - 1] if layer.reads_last_map else []
        return last + ([] if layer.skip_source is None else [layer.skip_source])

    def between(self, start: int, end: int, passed: set[int]) -> LayerPath:
        """The parts between two maps, the first of which is on every path to the second.

        Raises:
            _SharedLayer: if a layer is in ``passed``, to which they are added.
        """
        found: list[PathPart] = []
        while end != start:
            part, inside = self._parts[end]
            if inside & passed:
                raise _SharedLayer
            passed |= inside
            found.append(part)
            end = part.fork
        return tuple(reversed(found))

    def _find_part(self, index: int) -> tuple[PathPart, set[int]]:
        """The part that a layer ends, and the layers in it; those before it are known."""
        sources, fork, inside = self._sources(index), self._forks[index], {index}
        alone = PathPart(index=index, fork=sources[0])
        if not self._layers[index].is_sum:
            return alone, inside
        try:
            paths = tuple(self.between(fork, source, inside) for source in sorted(sources))
        except _SharedLayer:
            return alone, {index}
        block = PathPart(index=index, fork=fork, paths=paths)
        return (block, inside) if block.depth <= MAX_BLOCK_DEPTH else (alone, {index})
