"""The search space of chains, and the budget of the generator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import gcd

from designer.errors import FieldError
from designer.geometry.layers import Size
from designer.limits import (
    MAX_BUDGET,
    MAX_LAYERS,
    MAX_SEARCH_ENTRIES,
    MAX_SEARCH_VALUE,
    MAX_SIGNAL_LENGTH,
)
from designer.validation.field_validators import (
    check_integer,
    check_length,
    field_name,
    refuse,
    short_text,
)


class Exact(StrEnum):
    """Requirement on the offset c of every window; see docs/solver.md."""

    PREFER = "prefer"
    """|c| < S, and c = 0 where possible."""
    REQUIRE = "require"
    """c = 0 in every layer."""
    ANY = "any"
    """Every legal padding; c does not affect the order."""


class Overlap(StrEnum):
    """Requirement on the overlap of every layer."""

    PREFER = "prefer"
    """Even overlap where possible."""
    EVEN = "even"
    """S divides F in every layer."""
    ANY = "any"
    """Overlap does not affect the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """The chains to search: sequences of 1 to ``max_layers`` windows.

    ``kernel_sizes``, ``strides`` and ``dilations`` are stored sorted and without duplicates.
    ``initial_size`` is the size of the initial map, or None if the solver may choose it.

    >>> SearchSpace(kernel_sizes=(6, 4, 4), strides=(2,)).kernel_sizes
    (4, 6)

    Raises:
        InvalidRequest: for wrong types, values outside their limits, empty lists, and
            constraints that allow no window or no growth.
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

    def __post_init__(self) -> None:
        refuse(_value_errors(self))
        for name in _LISTS:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if self.initial_size is not None:
            object.__setattr__(self, "initial_size", tuple(self.initial_size))
        refuse(_contradictions(self))

    def has_window(self, stride: int) -> bool:
        """Whether the space has a window of this stride.

        >>> SearchSpace.default(axes=2).has_window(10)
        False
        """
        return any(
            self.allows(kernel_size=kernel, stride=stride, dilation=dilation)
            for kernel in self.kernel_sizes
            for dilation in self.dilations
        )

    def allows(self, *, kernel_size: int, stride: int, dilation: int) -> bool:
        """Whether such a window is legal: F ≥ S, gcd(S, D) = 1, and S | F for ``Overlap.EVEN``.

        >>> SearchSpace.default(axes=2).allows(kernel_size=3, stride=2, dilation=1)
        True
        """
        return (
            kernel_size >= stride
            and gcd(stride, dilation) == 1
            and not (self.overlap is Overlap.EVEN and kernel_size % stride)
        )

    @classmethod
    def default(cls, *, axes: int, anisotropic: bool = False) -> SearchSpace:
        """The default search space for this number of axes.

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


_LISTS = ("kernel_sizes", "strides", "dilations")


def _value_errors(space: SearchSpace) -> list[FieldError]:
    errors = []
    for name in _LISTS:
        errors += _list_errors(getattr(space, name), f"/search/{name}")
    for name in ("output_padding", "anisotropic"):
        errors += _type_errors(getattr(space, name), bool, f"/search/{name}", "not_a_boolean")
    for name, choices in (("exact", Exact), ("overlap", Overlap)):
        errors += _type_errors(getattr(space, name), choices, f"/search/{name}", "not_a_choice")
    errors += check_integer(space.max_layers, pointer="/search/max_layers", low=1, high=MAX_LAYERS)
    return errors + _initial_size_errors(space.initial_size)


def _list_errors(values: object, pointer: str) -> list[FieldError]:
    errors = _type_errors(values, tuple, pointer, "not_a_list")
    if errors or not isinstance(values, tuple):
        return errors
    errors = check_length(values, pointer=pointer, low=1, high=MAX_SEARCH_ENTRIES)
    for index, value in enumerate(values[:MAX_SEARCH_ENTRIES]):
        errors += check_integer(value, pointer=f"{pointer}/{index}", low=1, high=MAX_SEARCH_VALUE)
    return errors


def _initial_size_errors(size: object) -> list[FieldError]:
    if size is None:
        return []
    pointer = "/search/initial_size"
    if not isinstance(size, list | tuple):
        return _type_errors(size, tuple, pointer, "not_a_list")
    errors = check_length(size, pointer=pointer, low=1, high=3)
    for index, side in enumerate(size[:3]):
        errors += check_integer(side, pointer=f"{pointer}/{index}", low=1, high=MAX_SIGNAL_LENGTH)
    return errors


def _type_errors(value: object, kind: type, pointer: str, code: str) -> list[FieldError]:
    if isinstance(value, kind):
        return []
    detail = f"{field_name(pointer)} must be a {kind.__name__}, got {short_text(value)}"
    return [FieldError(pointer=pointer, code=code, detail=detail)]


def _contradictions(space: SearchSpace) -> list[FieldError]:
    """Errors of the combination: no window at all, or no window that enlarges an axis."""
    usable = [stride for stride in space.strides if space.has_window(stride)]
    facts: dict[str, object] = {
        "kernel_sizes": list(space.kernel_sizes),
        "strides": list(space.strides),
        "dilations": list(space.dilations),
    }
    lists = (
        f"kernel_sizes {_join(space.kernel_sizes)}, strides {_join(space.strides)}"
        f" and dilations {_join(space.dilations)}"
    )
    if not usable:
        even = "; overlap: even requires that the stride divides the kernel size" * (
            space.overlap is Overlap.EVEN
        )
        detail = (
            f"{lists} allow no window: a kernel is at least as large as its stride, and stride and"
            f" dilation have no common divisor{even}"
        )
    elif usable == [1] and space.exact is not Exact.ANY:
        detail = (
            f"{lists} enlarge no axis: with stride 1 and exact: {space.exact}, every layer keeps"
            " its input size"
        )
    else:
        return []
    return [FieldError(pointer="/search", code="contradiction", detail=detail, facts=facts)]


def _join(values: tuple[int, ...]) -> str:
    return ", ".join(str(value) for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Upper limits on a chain's generator, stem included; None is no limit.

    Raises:
        InvalidRequest: for a limit that is not an integer of at least 1.
    """

    parameters: int | None = None
    multiply_adds: int | None = None

    def __post_init__(self) -> None:
        refuse(
            [
                error
                for name in ("parameters", "multiply_adds")
                if (bound := getattr(self, name)) is not None
                for error in check_integer(bound, pointer=f"/budget/{name}", low=1, high=MAX_BUDGET)
            ]
        )

    def errors(self, parameters: int, multiply_adds: int) -> list[FieldError]:
        """Errors of a generator that exceeds the budget.

        >>> budget = Budget(parameters=5)
        >>> len(budget.errors(5, 10**6)), len(budget.errors(6, 1))
        (0, 1)
        """
        figures = {"parameters": parameters, "multiply_adds": multiply_adds}
        return [
            FieldError(
                pointer=f"/budget/{name}",
                code="contradiction",
                detail=f"the chain's generator has {figure} {name}, more than the budget of"
                f" {bound}; choose a smaller base_channels, or omit it",
                facts={name: figure, "budget": bound},
            )
            for name, figure in figures.items()
            if (bound := getattr(self, name)) is not None and figure > bound
        ]
