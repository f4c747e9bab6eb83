"""Base class of modules: what assembly, source, answers, pictures and verification ask of each.

Every question has a default, which holds for a module without weights whose output has the shape of
its input and depends on no other position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, NamedTuple, Self

from designer.geometry.field_extents import Extents
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Windows

Settings = dict[str, Any]
"""Settings of a built module under torch's names, as JSON values."""

Distribution = tuple[float, float]
"""Mean and standard deviation of a normal distribution."""

SourceArgument = str | int | float | tuple[int, ...]
"""An argument in a source: a value, or an expression as text."""

SourceArguments = tuple[tuple[SourceArgument, ...], dict[str, SourceArgument]]
"""Positional and keyword arguments of a constructor call in a source."""


class InnerLayer(NamedTuple):
    """A layer inside a module: its name there, and the map that it reads."""

    name: str
    module: Module
    before: FeatureMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A torch module as a value.

    ``ops``: its names in answers. ``column``: for a module that belongs to the layer before it, the
    field of that layer's answer that names it. ``role``: what its weights are: ``convolution``,
    ``norm`` or ``Embedding``. ``spatial``: whether it changes or mixes the positions of the map
    before it. ``saves_input`` and ``saves_output``: whether torch saves that map for the backward
    pass. ``over_batch``: whether it normalizes over the batch, so that one sample of a single
    position cannot train it. ``reads_all_positions``: whether, in evaluation, each position of its
    output depends on all of its input.
    ``repeats``: whether each position of its output is a nearest neighbor of its input.
    ``is_function``: whether the source calls a function of torch in its place, instead of a module.
    ``of_labels``: whether it is beside the path from input to output. ``reads_labels``: whether it
    reads the labels beside its input. ``saves_labels``: whether torch saves these for the backward pass.
    """

    ops: ClassVar[tuple[str, ...]] = ()
    column: ClassVar[str | None] = None
    role: ClassVar[str] = ""
    spatial: ClassVar[bool] = False
    saves_input: ClassVar[bool] = False
    saves_output: ClassVar[bool] = False
    over_batch: ClassVar[bool] = False
    reads_all_positions: ClassVar[bool] = False
    repeats: ClassVar[bool] = False
    is_function: ClassVar[bool] = False
    of_labels: ClassVar[bool] = False
    reads_labels: ClassVar[bool] = False
    saves_labels: ClassVar[bool] = False

    @property
    def torch_class(self) -> str:
        """Name of the class in ``torch.nn``; with ``model.`` before it, of one in the source."""
        return type(self).__name__

    @property
    def settings(self) -> Settings:
        """The settings of the built module; ``inplace`` is left out."""
        return {}

    @property
    def call_settings(self) -> Settings:
        """Settings that a call of the network gives it, in place of its own."""
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
    def buffer_bytes(self) -> int:
        """Bytes of its tensors that are not trained."""
        return 0

    @property
    def in_place(self) -> bool:
        """Whether its output takes the memory of its input."""
        return False

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """What ``weights_init`` draws, by name of the tensor."""
        return {}

    @property
    def weight_axes(self) -> dict[str, int]:
        """Names and lengths of the axes of the first trainable tensor; taps count as one axis."""
        return {}

    @property
    def kept_variance(self) -> float | None:
        """Variance of a weight before it times its fan-in, with which second moments are kept.

        None: it does not scale second moments.
        """
        return None

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """Second moment in the middle of the map after it; None: it has no formula."""
        return moment

    def mean_after(self, moment: float) -> float:
        """Mean of the map after it, at numbers of mean zero."""
        return 0.0

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """Second moment of the gradient of its input, for that of its output; None: it has no formula.

        ``moment`` is the second moment of its input.
        """
        return gradient

    def drawn_by_fan_in(self, size: Size, variance: float) -> Self:
        """The module at a map of this size, its weights of this variance over their fan-in."""
        return self

    @property
    def equal_taps(self) -> tuple[Windows, float] | None:
        """The windows by which it reads its input, and the weight of a tap if all are equal.

        The weight is one over the inputs of a kernel, added up over the kernels. None: it has no
        windows, or they do not read.
        """
        return None

    @property
    def fixed_taps(self) -> tuple[Windows, tuple[tuple[float, ...], ...]] | None:
        """The windows by which it reads its input with weights that are not trained, and these by axis.

        A weight is the product of one number for each axis. None: it has no such windows.
        """
        return None

    @property
    def interpolation(self) -> tuple[Windows, bool] | None:
        """The windows of a linear interpolation, and whether it enlarges the map; None: it is none."""
        return None

    @property
    def adds_to_channels(self) -> bool:
        """Whether it adds a trained number to each channel of its output."""
        return False

    @property
    def centres_channels(self) -> bool:
        """Whether it subtracts the mean of each channel by itself."""
        return False

    @property
    def keeps_constants(self) -> bool:
        """Whether a channel of equal numbers remains one, also at the border."""
        return False

    @property
    def states_each_axis(self) -> bool:
        """Whether its source states a number for each axis, also where they are equal."""
        return False

    @property
    def copies(self) -> int:
        """Consecutive kernels before it that are initialized alike; 0 if nothing is asked of them."""
        return 0

    @property
    def helper(self) -> str | None:
        """Name of the definition that a source needs for it, if torch lacks it."""
        return None

    @property
    def states_its_size(self) -> bool:
        """Whether its output has one size for every input."""
        return False

    @property
    def zero_on_one_position(self) -> bool:
        """Whether its output is always zero on a single position, which torch rejects."""
        return False

    @property
    def silent_at_start(self) -> tuple[str, ...]:
        """Names of the parameters inside it that get no gradient until a first step changed others."""
        return ()

    def parts(self, before: FeatureMap) -> tuple[InnerLayer, ...]:
        """The layers inside it in order of execution.

        All but the last one read its input; the last one reads what it makes of their outputs. Where
        the module reads labels, the last one reads its input, the others the labels.
        """
        return ()

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

    def comment(self, before: FeatureMap) -> str:
        """What a source says of it besides its output map, if anything."""
        return ""

    def answer_fields(self, before: FeatureMap) -> Settings:
        """Fields of its layer's answer that not every module has: windows, overlap and so on."""
        return {}

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds for one sample of the map ``before``."""
        return 0

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Elements besides the two maps that torch saves for the backward pass of one sample."""
        return 0

    def inner_elements(self, before: FeatureMap) -> int:
        """Elements of the largest tensor that it makes of one sample and that no part gives."""
        return 0

    def working_elements(self, before: FeatureMap, after: FeatureMap) -> int:
        """Most elements at once while it runs without gradients: both maps, or one that it changes."""
        return before.elements + (0 if self.in_place else after.elements)

    def input_extents(
        self, axis: int, before: Size, after: Size, extents: Extents
    ) -> Extents | None:
        """Extents of the input ranges of output ranges; None: they differ by position."""
        return extents

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The first and the last input position of a range of outputs, on an infinite map.

        Of an enlargement, the range of outputs is at least as long as its stride.
        """
        return first, last

    def reach(self, axis: int) -> tuple[int, int] | None:
        """Positions before and after its own that a position reads; None: it resizes the map."""
        raise AssertionError("a network upsamples in one way only")


def one_or_tuple(values: Sequence[int]) -> int | tuple[int, ...]:
    """One number if all axes agree, otherwise a tuple."""
    return values[0] if len(set(values)) == 1 else tuple(values)
