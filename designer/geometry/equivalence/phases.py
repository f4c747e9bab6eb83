"""A stride-S layer as S^n interleaved small convolutions, its phases.

Output pixel x of a transposed convolution receives only the taps t with tD ≡ x + P (mod S). So the
pixels of one phase, x ≡ φ (mod S), are a stride-1 convolution of the input with every S-th tap
(fractionally strided, sub-pixel); interleaving the phases is a pixel shuffle. A strided
convolution does the reverse: its input is split into phases, each phase has its small convolution,
and the results are added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd, prod

from designer.errors import TooLarge
from designer.geometry.equivalence.placement import AnyConv, Placement, place_windows
from designer.geometry.layers import Size
from designer.reasons import Reason, make_reason
from designer.validation.limits import MAX_PHASES


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseAxis:
    """One phase along one axis.

    ``taps`` are the kernel taps of the phase, ascending, possibly none. ``padding`` is the
    (near, far) padding of its stride-1 convolution, negative for a crop; ``size`` is the number of
    pixels of the large map in the phase.
    """

    phase: int
    taps: tuple[int, ...]
    dilation: int
    padding: tuple[int, int]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShuffleMatch:
    """Whether the phases together are one convolution followed by torch's PixelShuffle.

    ``kernel_size``, ``padding`` and ``dilation`` are those of that convolution, which has
    ``upscale_factor``^n times the output channels; None if ``holds`` is false.
    """

    holds: bool
    reason: Reason
    upscale_factor: int | None = None
    kernel_size: Size | None = None
    padding: Size | None = None
    dilation: Size | None = None

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return self.reason.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """All phases of a layer: per axis, and as an iterable over the product of the axes.

    In a transposed convolution the kernel of each phase is flipped, as in the direct form.
    """

    axes: tuple[tuple[PhaseAxis, ...], ...]
    pixel_shuffle: PixelShuffleMatch

    def __iter__(self) -> Iterator[tuple[PhaseAxis, ...]]:
        return product(*self.axes)

    def __len__(self) -> int:
        return prod(len(axis) for axis in self.axes)


def layer_phases(layer: AnyConv, input_size: Size) -> Phases:
    """The phases of a layer; their number is the product of its strides.

    >>> from designer.geometry.layers import ConvTranspose, Window
    >>> layer = ConvTranspose(in_channels=1, out_channels=1,
    ...                       windows=(Window(kernel_size=4, stride=2, padding=1),))
    >>> [(axis.taps, axis.padding) for axis, in layer_phases(layer, (4,))]
    [((1, 3), (1, 0)), ((0, 2), (0, 1))]

    Raises:
        InvalidLayer: if the layer is illegal on that map.
        TooLarge: if there would be more than ``MAX_PHASES`` phases.
    """
    placed = place_windows(layer, input_size)
    count = prod(layer.strides)
    if count > MAX_PHASES:
        raise TooLarge("too_many_phases", phases=count, limit=MAX_PHASES)
    axes = tuple(tuple(_phases_of_axis(axis, layer.transposed)) for axis in placed)
    return Phases(axes=axes, pixel_shuffle=_match_pixel_shuffle(layer, axes))


def _phases_of_axis(placed: Placement, transposed: bool) -> Iterator[PhaseAxis]:
    window = placed.window
    step = window.dilation // gcd(window.dilation, window.stride)
    for phase in range(window.stride):
        taps = window.taps_on(phase)
        size = max(0, -((phase - placed.pixels) // window.stride))
        padding = (0, 0)
        if taps:
            shift = (phase - placed.pixel(0, taps[0])) // window.stride
            reach = (len(taps) - 1) * step
            positions_after = size - placed.positions + shift
            padding = (
                (reach - shift, positions_after) if transposed else (shift, reach - positions_after)
            )
        yield PhaseAxis(phase=phase, taps=tuple(taps), dilation=step, padding=padding, size=size)


def _match_pixel_shuffle(
    layer: AnyConv, axes: tuple[tuple[PhaseAxis, ...], ...]
) -> PixelShuffleMatch:
    mismatch = _pixel_shuffle_mismatch(layer, axes)
    if mismatch:
        return PixelShuffleMatch(holds=False, reason=mismatch)
    first = [axis[0] for axis in axes]
    kernel_size = tuple(len(phase.taps) for phase in first)
    padding = tuple(phase.padding[0] for phase in first)
    factor = layer.windows[0].stride
    return PixelShuffleMatch(
        holds=True,
        reason=make_reason(
            "equal_phases",
            kernel_size=kernel_size,
            padding=padding,
            factor=factor,
            times=factor**layer.axes,
        ),
        upscale_factor=factor,
        kernel_size=kernel_size,
        padding=padding,
        dilation=tuple(phase.dilation for phase in first),
    )


def _pixel_shuffle_mismatch(
    layer: AnyConv, axes: tuple[tuple[PhaseAxis, ...], ...]
) -> Reason | None:
    strides = set(layer.strides)
    if not layer.transposed:
        return make_reason("pixel_unshuffle")
    if len(strides) > 1:
        return make_reason("several_factors", strides=sorted(strides))
    for phases in axes:
        sizes = sorted({phase.size for phase in phases})
        if len(sizes) > 1:
            return make_reason("phases_of_other_sizes", sizes=sizes)
        counts = sorted({len(phase.taps) for phase in phases})
        if len(counts) > 1 or not counts[0]:
            return make_reason("phases_of_other_taps", counts=counts)
        paddings = sorted({phase.padding for phase in phases})
        if len(paddings) > 1:
            pairs = [make_reason("padding_pair", near=near, far=far) for near, far in paddings]
            return make_reason("phases_of_other_padding", paddings=pairs)
        near, far = paddings[0]
        if near != far or near < 0:
            return make_reason("phases_padded_unevenly", near=near, far=far)
    return None
