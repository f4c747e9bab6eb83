"""The space that is searched for chains, and the budget a chain must keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from designer.layers import Size


class Exact(StrEnum):
    """What is asked of the offset c of every window: see docs/solver.md."""

    PREFER = "prefer"
    """|c| < S, and c = 0 where it can be had."""
    REQUIRE = "require"
    """c = 0 in every layer."""
    ANY = "any"
    """Every legal padding; c plays no part in the order."""


class Overlap(StrEnum):
    """What is asked of the overlap of every layer's windows."""

    PREFER = "prefer"
    """Even overlap where it can be had."""
    EVEN = "even"
    """S divides F in every layer."""
    ANY = "any"
    """Overlap plays no part in the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """Which chains are considered: sequences of 1 to ``max_layers`` windows.

    ``kernel_sizes``, ``strides`` and ``dilations`` are ascending and without repetition.
    ``initial_size`` is the size of the initial map, or None where the solver may choose it.
    """

    kernel_sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...] = (1,)
    output_padding: bool = True
    exact: Exact = Exact.PREFER
    overlap: Overlap = Overlap.PREFER
    initial_size: Size | None = None
    max_layers: int = 16
    anisotropic: bool = False

    @classmethod
    def default(cls, *, axes: int, anisotropic: bool = False) -> SearchSpace:
        """The space that is searched where the caller asks for nothing else.

        >>> SearchSpace.default(axes=2).kernel_sizes
        (3, 4, 5, 6, 8, 9)
        """
        kernel_sizes = _KERNEL_SIZES_1D if axes == 1 else _KERNEL_SIZES
        strides = _STRIDES_1D if axes == 1 else _STRIDES
        return cls(
            kernel_sizes=kernel_sizes,
            strides=(1, *strides) if anisotropic else strides,
            anisotropic=anisotropic,
        )


_KERNEL_SIZES = (3, 4, 5, 6, 8, 9)
_STRIDES = (2, 3)
_KERNEL_SIZES_1D = (4, 8, 12, 16, 18, 24, 25, 30, 36, 42, 48)
_STRIDES_1D = (2, 3, 4, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds on the generator that a chain makes, stem included; None bounds nothing."""

    parameters: int | None = None
    multiply_adds: int | None = None
