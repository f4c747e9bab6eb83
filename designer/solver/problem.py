"""One search: the target, the space and the widths, and what they say about every step."""

from __future__ import annotations

from designer.layers import Size
from designer.solver.catalogue import Catalogue
from designer.solver.effort import Effort
from designer.solver.measure import measure_for
from designer.solver.moves import Moves
from designer.solver.order import MULTIPLY_ADDS, initial_key
from designer.space import SearchSpace
from designer.widths import Widths


class Problem:
    """What every part of a search asks: steps back, where a chain may start, what things weigh.

    A map's *depth* is the number of layers between it and the picture, which has depth 0.
    """

    def __init__(
        self, *, target: Size, space: SearchSpace, widths: Widths, effort: Effort | None = None
    ) -> None:
        self.target = target
        self.space = space
        self.widths = widths
        self.effort = effort or Effort()
        self.measure = measure_for(space, axes=len(target))
        self.catalogue = Catalogue(space, self.measure, self.effort)
        self.moves = Moves(space, self.catalogue, self.effort)
        point = (1,) * len(target)
        self.scales = tuple(
            widths.layer_multiply_adds(depth, point, point) * MULTIPLY_ADDS
            for depth in range(space.max_layers)
        )
        """Per depth of a layer's output: the key of one tap at one position."""

    def starts_at(self, size: Size) -> bool:
        """Whether a chain may start from a map of this size."""
        return self.measure.allows_initial(size, self.space.initial_size)

    def initial_key(self, depth: int, size: Size) -> int:
        """The key of starting from this map, ``depth`` layers before the picture."""
        stem = self.widths.stem_multiply_adds(depth, size)
        return initial_key(size, stem, self.measure)
