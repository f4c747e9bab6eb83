"""The reference design of the order of preference: the textbook DCGAN, by number of axes.

A chain's *departure* is its distance from that design: strides other than the usual one,
offsets, an initial map that is unusually small or large. A decoder's initial map is given and of
any size later, so its size does not count. See docs/solver.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from designer.brief.search_space import Exact, Overlap, SearchSpace
from designer.brief.widths import Widths
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDesign:
    """Weights and reference values of the order for one search space and number of axes."""

    usual_stride: int
    stride_weight: int
    offset_weight: int
    kernel_factor: int
    fixed_filters: bool
    """Whether the kernels are triangles of half-width S, which have an odd number of taps at an odd S."""

    usual_sides: tuple[int, int]
    preferred_side: int
    allowed_sides: tuple[int, int]
    weighs_offsets: bool
    weighs_overlap: bool
    per_axis: bool
    given_map: bool
    """Whether the initial map is given: its size does not count, and exact chains come first."""

    @property
    def exact_first_departure(self) -> int | None:
        """Wholly exact chains of at most this departure come before all others; None: of any."""
        return None if self.given_map else MAX_EXACT_FIRST_DEPARTURE

    def comes_first(self, *, exact: bool, departure: int) -> bool:
        """Whether a chain comes before all that are not wholly exact or of a larger departure.

        >>> reference = reference_design(SearchSpace.default(axes=2), axes=2)
        >>> [reference.comes_first(exact=True, departure=departure) for departure in (6, 7)]
        [True, False]
        """
        most = self.exact_first_departure
        return self.weighs_offsets and exact and (most is None or departure <= most)

    def usual_kernel(self, stride: int) -> int:
        """The kernel size that is preferred at a stride: 2S, on one axis 6S; that of a triangle's taps.

        >>> reference = reference_design(SearchSpace.default(axes=2), axes=2)
        >>> [reference.usual_kernel(stride) for stride in (2, 3)]
        [4, 6]
        """
        return self.kernel_factor * stride - (self.fixed_filters and stride % 2)

    @property
    def usual_kernel_formula(self) -> str:
        """The same as a formula of the stride S."""
        return f"{self.kernel_factor}S" + " − S mod 2" * self.fixed_filters

    def layer_departure(self, strides: Size, offsets: Size) -> int:
        """Departure of one layer: 3|S − 2| + max |c|, on one axis |S − 4| + 4|c|.

        ``anisotropic`` sums over the axes, and an unchanged axis (S = 1, c = 0) counts 0.

        >>> reference = reference_design(SearchSpace.default(axes=2), axes=2)
        >>> reference.layer_departure((3, 3), (1, -2))
        5
        """
        if self.per_axis:
            return sum(
                self._axis_departure(stride, offset)
                for stride, offset in zip(strides, offsets, strict=True)
                if stride != 1 or offset != 0
            )
        farthest = max(abs(offset) for offset in offsets)
        return self._axis_departure(strides[0], farthest)

    def _axis_departure(self, stride: int, offset: int) -> int:
        off = abs(offset) if self.weighs_offsets else 0
        return self.stride_weight * abs(stride - self.usual_stride) + self.offset_weight * off

    def initial_departure(self, size: Size) -> int:
        """Distance of the initial shorter side (``anisotropic``: every side) from the usual range.

        >>> reference_design(SearchSpace.default(axes=2), axes=2).initial_departure((10, 20))
        2
        """
        if self.given_map:
            return 0
        low, high = self.usual_sides
        sides = size if self.per_axis else (min(size),)
        return sum(max(low - side, side - high, 0) for side in sides)

    def initial_rank(self, size: Size) -> int:
        """Rank of the initial shorter side: the closest to the preferred side first, then smaller.

        >>> reference = reference_design(SearchSpace.default(axes=2), axes=2)
        >>> [reference.initial_rank((side, 9)) for side in (4, 3, 5, 2)]
        [0, 2, 3, 4]
        """
        if self.given_map:
            return 0
        side = min(size)
        return 2 * abs(side - self.preferred_side) + (side > self.preferred_side)

    def allows_initial_size(self, size: Size, required_size: Size | None) -> bool:
        """Whether a chain may start from this map: the required size, or any allowed one."""
        if required_size is not None:
            return size == required_size
        low, high = self.allowed_sides
        return low <= min(size) <= high


MAX_EXACT_FIRST_DEPARTURE = 6
"""Wholly exact chains of at most this departure come before all others."""


def reference_design(
    space: SearchSpace, *, axes: int, widths: Widths | None = None
) -> ReferenceDesign:
    """The reference design for a search space with this number of axes, of DCGAN's widths by default."""
    fixed_filters = widths is not None and widths.has_fixed_filters
    single = axes == 1
    return ReferenceDesign(
        usual_stride=4 if single else 2,
        stride_weight=1 if single else 3,
        offset_weight=4 if single else 1,
        kernel_factor=6 if single and not fixed_filters else 2,
        fixed_filters=fixed_filters,
        usual_sides=(8, 32) if single else (4, 8),
        preferred_side=16 if single else 4,
        allowed_sides=(2, 64) if single else (2, 16),
        weighs_offsets=space.exact is not Exact.ANY,
        weighs_overlap=space.overlap is not Overlap.ANY,
        per_axis=space.anisotropic,
        given_map=widths is not None
        and widths.latent_dim is None
        and (not widths.joins_arms or space.initial_size is not None),
    )
