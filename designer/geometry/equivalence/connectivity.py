"""Whether taps connect the initial map of a chain to the picture, or all fall on padding."""

from __future__ import annotations

from designer.geometry.chain import Chain
from designer.geometry.equivalence.placement import Placement, place_windows
from designer.geometry.layers import ConvTranspose


def disconnected_axes(chain: Chain) -> tuple[int, ...]:
    """The axes along which no path of taps connects the initial map to the picture.

    If a dilation spreads the taps over a small map, all of them may fall on padding. Then no
    gradient passes, in the generator or in its mirror.

    >>> from designer.geometry.layers import Window
    >>> apart = Window(kernel_size=2, stride=2, padding=3, dilation=7)
    >>> disconnected_axes(Chain.leading_to((4,), ((apart,),)))
    (0,)
    >>> disconnected_axes(Chain.leading_to((64,), ((apart,),)))
    ()
    """
    placed = [
        place_windows(ConvTranspose(in_channels=1, out_channels=1, windows=windows), size)
        for windows, size in zip(chain.windows, chain.sizes, strict=False)
    ]
    return tuple(
        axis
        for axis, side in enumerate(chain.initial_size)
        if not _is_connected([step[axis] for step in placed], side)
    )


def _is_connected(steps: list[Placement], side: int) -> bool:
    """Whether a path of taps exists; depth first, which stops at the first one."""
    seen: set[tuple[int, int]] = set()
    for start in range(side):
        stack = [(0, start)]
        while stack:
            depth, position = stack.pop()
            if depth == len(steps):
                return True
            step = steps[depth]
            pixels = {step.pixel(position, tap) for tap in range(step.window.kernel_size)}
            reached = {(depth + 1, pixel) for pixel in pixels if 0 <= pixel < step.pixels} - seen
            seen |= reached
            stack += sorted(reached)
    return False
