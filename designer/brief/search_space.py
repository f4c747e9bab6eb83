"""The search space of chains, and the budget of the generator."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import gcd

from designer.brief.factor import added_primes
from designer.brief.field_rules import range_errors, value_errors
from designer.brief.fields import Field, Kind, fields_of
from designer.errors import FieldError
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling
from designer.validation.field_validators import field_error, refuse
from designer.validation.limits import (
    MAX_BUDGET,
    MAX_LAYERS,
    MAX_SEARCH_VALUE,
    MAX_SIGNAL_LENGTH,
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

    kernel_sizes: tuple[int, ...] = field(
        metadata=Field(
            Kind.LIST,
            "Kernel sizes F to search; F is at least the stride S in every layer.",
            high=MAX_SEARCH_VALUE,
            computed="by the number of axes",
        ).metadata
    )
    strides: tuple[int, ...] = field(
        metadata=Field(
            Kind.LIST,
            "Strides S to search.",
            high=MAX_SEARCH_VALUE,
            computed="by the number of axes",
        ).metadata
    )
    dilations: tuple[int, ...] = Field(
        Kind.LIST,
        "Dilations D to search; gcd(S, D) = 1 in every layer.",
        high=MAX_SEARCH_VALUE,
    ).with_default((1,))
    output_padding: bool = Field(
        Kind.FLAG, "Whether output padding may be used.", read_first=1
    ).with_default(True)
    exact: Exact = Field(
        Kind.CHOICE,
        "Whether every layer multiplies the size by its stride, without an offset.",
        choices=Exact,
    ).with_default(Exact.PREFER)
    overlap: Overlap = Field(
        Kind.CHOICE,
        "Whether the stride divides the kernel size in every layer, against checkerboards.",
        choices=Overlap,
        default_by=(
            ("architecture", "upsampling"),
            (
                *((f"resnet,{each}", "any") for each in Upsampling if not each.kind.transposed),
                ("r3gan,transposed", "any"),
            ),
        ),
    ).with_default(Overlap.PREFER)
    initial_size: Size | None = Field(
        Kind.SIZE,
        "Size of the initial map.",
        if_null="chosen by the solver",
        high=MAX_SIGNAL_LENGTH,
    ).with_default(None)
    max_layers: int = Field(
        Kind.INTEGER, "Maximum number of layers.", high=MAX_LAYERS
    ).with_default(16)
    anisotropic: bool = Field(
        Kind.FLAG, "Whether kernel sizes and strides may differ between axes.", read_first=2
    ).with_default(False)

    def __post_init__(self) -> None:
        refuse(value_errors(SEARCH, self, pointer="/search"))
        for row in SEARCH:
            if row.kind is Kind.LIST:
                entries = sorted(set(getattr(self, row.name)))
                object.__setattr__(self, row.name, tuple(entries))
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
    def default(
        cls,
        *,
        axes: int,
        anisotropic: bool = False,
        factor: Size = (),
        output_padding: bool = True,
        weighs_overlap: bool = True,
    ) -> SearchSpace:
        """The default search space for this number of axes.

        A ``factor`` from a given map adds its primes as strides, each with a kernel that it
        divides, so that exact windows can multiply by it. ``weighs_overlap``: whether layers of the
        networks can overlap unevenly.

        >>> SearchSpace.default(axes=2).kernel_sizes
        (3, 4, 5, 6, 8, 9)
        >>> SearchSpace.default(axes=2, factor=(10, 10)).strides
        (2, 3, 5)
        """
        kernel_sizes = _KERNEL_SIZES_1D if axes == 1 else _KERNEL_SIZES
        strides = _STRIDES_1D if axes == 1 else _STRIDES
        reached = anisotropic or len(set(factor)) == 1
        primes = added_primes(factor, strides) if reached else ()
        multiple = _KERNELS_PER_STRIDE[axes == 1, output_padding]
        return cls(
            kernel_sizes=(*kernel_sizes, *(multiple * prime for prime in primes)),
            strides=(1, *strides, *primes) if anisotropic else (*strides, *primes),
            anisotropic=anisotropic,
            output_padding=output_padding,
            overlap=Overlap.PREFER if weighs_overlap else Overlap.ANY,
        )


_KERNEL_SIZES = (3, 4, 5, 6, 8, 9)
_STRIDES = (2, 3)
_KERNEL_SIZES_1D = (4, 8, 12, 16, 18, 24, 25, 30, 36, 42, 48)
_STRIDES_1D = (2, 3, 4, 5, 6, 7, 8)

_KERNELS_PER_STRIDE = {(False, True): 2, (False, False): 3, (True, True): 6, (True, False): 5}
"""By whether there is one axis and whether output padding may be used: kernel per odd stride.

Without output padding F − S has to be even for an exact window."""


SEARCH = fields_of(SearchSpace, page="search")
"""The fields of ``search``."""


def _contradictions(space: SearchSpace) -> list[FieldError]:
    """Errors of the combination: no window at all, or no window that enlarges an axis."""
    usable = [stride for stride in space.strides if space.has_window(stride)]
    if not usable:
        sentence = "no_even_window" if space.overlap is Overlap.EVEN else "no_window"
    elif usable == [1] and space.exact is not Exact.ANY:
        sentence = "no_growth"
    else:
        return []
    lists = {name: list(getattr(space, name)) for name in ("kernel_sizes", "strides", "dilations")}
    exact = {"exact": str(space.exact)}
    return [field_error("/search", "contradiction", exact, sentence=sentence, **lists)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Upper limits on a chain's generator, stem included; None is no limit.

    Raises:
        InvalidRequest: for a limit that is not an integer of at least 1.
    """

    parameters: int | None = Field(
        Kind.INTEGER,
        "Maximum number of parameters of the generator.",
        high=MAX_BUDGET,
        option="max_parameters",
    ).with_default(None)
    multiply_adds: int | None = Field(
        Kind.INTEGER,
        "Maximum multiply-adds of the generator for one sample.",
        high=MAX_BUDGET,
        option="max_multiply_adds",
    ).with_default(None)

    def __post_init__(self) -> None:
        refuse(range_errors(BUDGET, asdict(self), pointer="/budget"))

    def errors(self, parameters: int, multiply_adds: int) -> list[FieldError]:
        """Errors of a generator that exceeds the budget.

        >>> budget = Budget(parameters=5)
        >>> len(budget.errors(5, 10**6)), len(budget.errors(6, 1))
        (0, 1)
        """
        figures = {"parameters": parameters, "multiply_adds": multiply_adds}
        return [
            field_error(
                f"/budget/{name}",
                "contradiction",
                {"figure": figure, "name": name},
                sentence="over_budget",
                **{name: figure, "budget": bound},
            )
            for name, figure in figures.items()
            if (bound := getattr(self, name)) is not None and figure > bound
        ]


BUDGET = fields_of(Budget, page="budget")
"""The fields of ``budget``."""
