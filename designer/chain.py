"""A chain: the sizes from the initial map to the picture and the windows between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from designer.errors import InvalidLayer
from designer.layers import Size, Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """n layers of transposed convolutions, from ``sizes[0]`` to ``sizes[n]``.

    ``windows[k]`` leads from ``sizes[k]`` to ``sizes[k + 1]``, one ``Window`` per axis. Every step
    is recomputed by the law on construction, so that a chain that exists is right.

    >>> from designer.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> Chain(sizes=((4, 4), (8, 8)), windows=(step,)).target
    (8, 8)

    Raises:
        InvalidLayer: where a step does not lead from its size to the next.
    """

    sizes: tuple[Size, ...]
    windows: tuple[Windows, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.windows) + 1 or not self.windows:
            raise InvalidLayer(
                f"a chain of {len(self.windows)} layers needs one size more, at least two,"
                f" got {len(self.sizes)}",
                layers=len(self.windows),
                sizes=len(self.sizes),
            )
        for (before, after), step in zip(pairwise(self.sizes), self.windows, strict=True):
            if not len(step) == len(before) == len(after):
                raise InvalidLayer(
                    f"a step from {before} to {after} needs {len(before)} windows, got {len(step)}",
                    axes=len(before),
                    windows=len(step),
                )
            reached = tuple(w.conv_transpose(i) for w, i in zip(step, before, strict=True))
            if reached != after:
                raise InvalidLayer(
                    f"the windows lead from {before} to {reached}, not to {after}",
                    input_size=list(before),
                    output_size=list(reached),
                    wanted_size=list(after),
                )

    @property
    def axes(self) -> int:
        """Number of axes: 1, 2 or 3."""
        return len(self.sizes[0])

    @property
    def initial_size(self) -> Size:
        """Size of the map that the chain starts from."""
        return self.sizes[0]

    @property
    def target(self) -> Size:
        """Size of the picture."""
        return self.sizes[-1]
