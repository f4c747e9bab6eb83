"""A chain: the sizes from the initial map to the picture and the windows between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.layers import Size, Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """n transposed convolutions, from ``sizes[0]`` to ``sizes[n]``.

    ``windows[k]`` leads from ``sizes[k]`` to ``sizes[k + 1]``, one ``Window`` per axis. Every size
    is recomputed on construction, so an existing chain is consistent.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> Chain(sizes=((4, 4), (8, 8)), windows=(step,)).target
    (8, 8)

    Raises:
        InvalidLayer: if a window does not lead from its size to the next.
    """

    sizes: tuple[Size, ...]
    windows: tuple[Windows, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.windows) + 1 or not self.windows:
            raise InvalidLayer("chain_lengths", layers=len(self.windows), sizes=len(self.sizes))
        for (before, after), step in zip(pairwise(self.sizes), self.windows, strict=True):
            if not len(step) == len(before) == len(after):
                raise InvalidLayer(
                    "windows_of_step",
                    {"before": before, "after": after},
                    axes=len(before),
                    windows=len(step),
                )
            reached = tuple(w.conv_transpose(i) for w, i in zip(step, before, strict=True))
            if reached != after:
                raise InvalidLayer(
                    "chain_leads_elsewhere",
                    input_size=list(before),
                    output_size=list(reached),
                    wanted_size=list(after),
                )

    @classmethod
    def leading_to(cls, target: Size, windows: tuple[Windows, ...]) -> Chain:
        """The chain of these windows that ends at ``target``; its sizes are computed backwards.

        At every step and axis i = (o − c) / S, from o = S·i + c.

        >>> from designer.geometry.layers import Window
        >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
        >>> Chain.leading_to((28, 28), (step, step)).initial_size
        (7, 7)

        Raises:
            InvalidLayer: if an i would not be a whole number of at least 1.
        """
        sizes = [target]
        for step in reversed(windows):
            sizes.append(_size_before(sizes[-1], step))
        return cls(sizes=tuple(reversed(sizes)), windows=windows)

    @classmethod
    def down_from(cls, target: Size, windows: tuple[Windows, ...]) -> Chain:
        """The chain whose sizes convolutions of these windows give on the way down from ``target``.

        On the way back every step has the output padding that it needs, (i + 2P − E) mod S, whatever
        that of its window is.

        >>> from designer.geometry.layers import Window
        >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
        >>> chain = Chain.down_from((75, 44), (step, step))
        >>> chain.sizes, [window.output_padding for window in chain.windows[1]]
        (((18, 11), (37, 22), (75, 44)), [1, 0])

        Raises:
            InvalidLayer: if a kernel does not fit into its map with its padding.
        """
        sizes, steps = [target], []
        for step in reversed(windows):
            if len(step) != len(target):
                raise InvalidLayer(
                    "windows_of_last_step", {"size": target}, axes=len(target), windows=len(step)
                )
            pairs = list(zip(sizes[-1], step, strict=True))
            sizes.append(tuple(window.conv(side) for side, window in pairs))
            steps.append(
                tuple(
                    replace(
                        window,
                        output_padding=(side + 2 * window.padding - window.span) % window.stride,
                    )
                    for side, window in pairs
                )
            )
        return cls(sizes=tuple(reversed(sizes)), windows=tuple(reversed(steps)))

    @classmethod
    def padded_from(cls, size: Size, windows: tuple[Windows, ...]) -> Chain:
        """The chain down from a size that is padded to a multiple of ΠS along each axis.

        >>> from designer.geometry.layers import Window
        >>> step = (Window(kernel_size=4, stride=2, padding=1),)
        >>> Chain.padded_from((127,), (step, step)).sizes
        ((32,), (64,), (128,))

        Raises:
            InvalidLayer: as ``down_from``.
        """
        factors = [prod(step[axis].stride for step in windows) for axis in range(len(size))]
        padded = tuple(side + -side % factor for side, factor in zip(size, factors, strict=True))
        return cls.down_from(padded, windows)

    @property
    def factors(self) -> Size:
        """ΠS along each axis."""
        return tuple(prod(step[axis].stride for step in self.windows) for axis in range(self.axes))

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


def _size_before(size: Size, windows: Windows) -> Size:
    if len(windows) != len(size):
        raise InvalidLayer(
            "windows_of_last_step", {"size": size}, axes=len(size), windows=len(windows)
        )
    before = []
    for side, window in zip(size, windows, strict=True):
        input_size, remainder = divmod(side - window.offset, window.stride)
        if remainder or input_size < 1:
            raise InvalidLayer(
                "no_input_size", output_size=side, stride=window.stride, offset=window.offset
            )
        before.append(input_size)
    return tuple(before)
