"""Base class of modules: what assembly, source, answers, pictures and verification ask of each.

Every question has a default, which holds for a module without weights whose output has the shape of
its input and depends on no other position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from designer.geometry.field_extents import Extents
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size

Settings = dict[str, Any]
"""Settings of a built module under torch's names, as JSON values."""

Distribution = tuple[float, float]
"""Mean and standard deviation of a normal distribution."""

SourceArgument = str | int | float | tuple[int, ...]
"""An argument in a source: a value, or an expression as text."""

SourceArguments = tuple[tuple[SourceArgument, ...], dict[str, SourceArgument]]
"""Positional and keyword arguments of a constructor call in a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A torch module as a value.

    ``ops``: its names in answers. ``column``: for a module that belongs to the layer before it, the
    field of that layer's answer that names it. ``role``: what its weights are: ``convolution``,
    ``norm`` or ``Embedding``. ``spatial``: whether it changes or mixes the positions of the map
    before it. ``saves_input`` and ``saves_output``: whether torch saves that map for the backward
    pass. ``over_batch``: whether it normalizes over the batch, so that one sample of a single
    position cannot train it.
    """

    ops: ClassVar[tuple[str, ...]] = ()
    column: ClassVar[str | None] = None
    role: ClassVar[str] = ""
    spatial: ClassVar[bool] = False
    saves_input: ClassVar[bool] = False
    saves_output: ClassVar[bool] = False
    over_batch: ClassVar[bool] = False

    @property
    def torch_class(self) -> str:
        """Name of the class in ``torch.nn``; with ``model.`` before it, of one in the source."""
        return type(self).__name__

    @property
    def settings(self) -> Settings:
        """The settings of the built module; ``inplace`` is left out."""
        return {}

    @property
    def op(self) -> str:
        """Its name in answers."""
        return self.ops[0]

    @property
    def convolution(self) -> Conv | ConvTranspose | None:
        """The layer that it is, if it is a convolution."""
        return None

    @property
    def output_range(self) -> tuple[float, float]:
        """The least and the largest output."""
        return -inf, inf

    @property
    def spectral(self) -> bool:
        """Whether each call divides the weight by its largest singular value."""
        return False

    @property
    def weights(self) -> tuple[int, ...]:
        """Number of elements of each trainable tensor."""
        return ()

    @property
    def parameters(self) -> int:
        """Number of trainable elements."""
        return sum(self.weights)

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """What ``weights_init`` draws, by name of the tensor."""
        return {}

    @property
    def weight_axes(self) -> dict[str, int]:
        """Names and lengths of the axes of the first trainable tensor; taps count as one axis."""
        return {}

    @property
    def copies(self) -> int:
        """Consecutive kernels before it that are initialized alike; 0 if nothing is asked of them."""
        return 0

    @property
    def helper(self) -> str | None:
        """Name of the definition that a source needs for it, if torch lacks it."""
        return None

    @property
    def zero_on_one_position(self) -> bool:
        """Whether its output is always zero on a single position, which torch rejects."""
        return False

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """Arguments of its constructor, with these expressions as input and output channels."""
        return (), {}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after this module.

        Raises:
            InvalidLayer: if the module does not accept the map.
        """
        return before

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The size formula with its numbers, per axis; empty for a module that preserves sizes."""
        return ()

    def answer_fields(self, before: FeatureMap) -> Settings:
        """Fields of its layer's answer that not every module has: windows, overlap and so on."""
        return {}

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds for one sample of the map ``before``."""
        return 0

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Elements besides the two maps that torch saves for the backward pass of one sample."""
        return 0

    def input_extents(
        self, axis: int, before: Size, after: Size, extents: Extents
    ) -> Extents | None:
        """Extents of the input ranges of output ranges; None: they differ by position."""
        return extents

    def reach(self, axis: int) -> tuple[int, int] | None:
        """Positions before and after its own that a position reads; None: it resizes the map."""
        raise AssertionError("a network upsamples in one way only")


def one_or_tuple(values: Sequence[int]) -> int | tuple[int, ...]:
    """One number if all axes agree, otherwise a tuple."""
    return values[0] if len(set(values)) == 1 else tuple(values)
