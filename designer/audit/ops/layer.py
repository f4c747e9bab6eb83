"""Base class of audited layers.

Each op is a class with its shape rule and its legality rule side by side in ``step``. Shapes
include the batch axis, which comes first: torch runs some layers on tensors that lack an axis by
treating the batch as channels, and the trace does the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar, get_args, get_type_hints

from designer.audit.ops.field_types import FieldType, FreeText
from designer.audit.ops.layer_errors import TensorShape, TraceStep
from designer.geometry.layers import Window
from designer.reasons import Reason
from designer.validation.json_readers import JsonObject

LayerFields = Mapping[str, Any]
"""A layer of another op, which the registry builds: ``op``, and values by attribute."""

FieldValues = Mapping[str, object]
"""New values of one layer's fields, by JSON name."""

TriedValues = Mapping[str, Iterable[object]]
"""Candidate values by JSON name of the field."""

WindowValues = Mapping[str, Sequence[int]]
"""Candidate values of the fields of a window, by name."""

AxisReach = tuple[Fraction, Fraction, Fraction]
"""Positions of the input that position k of the output reads, along one axis: from the first number
plus k times the third, to the second plus k times the third."""

AxisWindow = tuple[int, int, int, int]
"""Kernel size, stride, padding and output padding along one axis."""


def shift_reach(positions: int) -> AxisReach:
    """Position k reads k + ``positions`` only."""
    return Fraction(positions), Fraction(positions), Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLayer:
    """One layer. ``norm`` and ``activation`` are free text and never change a shape."""

    op: ClassVar[str]
    torch_modules: ClassVar[Mapping[str, str]] = {}
    """Arguments of the torch modules that the layer stands for; a repair writes the first one.

    The names have {} for the number of axes."""
    torch_functions: ClassVar[Mapping[str, str]] = {}
    """In the same way, arguments after the tensor of functions."""
    implied_fields: ClassVar[Mapping[str, FieldValues]] = {}
    """Fields that the name of a module or function sets."""
    torch_names: ClassVar[Mapping[str, str]] = {}
    """Torch's names of arguments that it names otherwise."""
    norm_kind: ClassVar[str | None] = None
    """The norm that the layer is; it keeps the shape and belongs to the map before it."""
    is_resize: ClassVar[bool] = False
    """Whether the layer gives each channel another size, and does nothing else."""
    keeps_channels: ClassVar[bool] = False
    works_on_maps: ClassVar[bool] = True
    """False for a layer that takes features or rearranges axes; it does not resize a map."""
    reads_last_map: ClassVar[bool] = True
    """False for a layer that reads an earlier map instead of the last one."""
    is_sum: ClassVar[bool] = False
    """Whether the layer adds an earlier map to the last one."""
    declaring_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that only declare the input, so that another value changes nothing else."""
    output_field: ClassVar[str | None] = None
    """The field that sets the channels or features of the output."""
    pads_output: ClassVar[bool] = False
    """Whether the layer has an output padding."""
    TRIED_COUNTS: ClassVar[tuple[str, ...]] = ()
    """Fields for which a repair tries the counts that occur in the network."""
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ()
    """Fields that have one value per axis."""

    norm: FreeText = None
    activation: FreeText = None

    @classmethod
    @cache
    def field_types(cls) -> Mapping[str, FieldType]:
        """The type of each field that a request can set, by JSON name.

        Python's type of a field is annotated with it; an attribute ends in ``_`` if its JSON name is a keyword.
        """
        found: dict[str, FieldType] = {}
        for name, hint in get_type_hints(cls, include_extras=True).items():
            for part in (hint, *get_args(hint)):
                found |= {name.rstrip("_"): each for each in getattr(part, "__metadata__", ())}
        return found

    @classmethod
    def fields_of_call(
        cls, fields: JsonObject, arguments: Mapping[str, object], axes: int
    ) -> JsonObject:
        """The fields that a call of torch sets, along ``axes`` axes (0 if its name has no number).

        ``fields`` are the arguments that are fields of the layer, ``arguments`` all of them.

        Raises:
            InvalidRequest: for arguments that torch refuses.
        """
        return fields

    def refuse_contradictions(self, *, pointer: str, index: int) -> None:
        """Refuse fields that contradict each other or the place of the layer in the request.

        Raises:
            InvalidRequest: at the pointer of one field.
        """

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The output shape of the layer for an input shape.

        ``earlier`` has the shapes of the network's input and of all outputs so far, in order.

        Raises:
            LayerError: if eager torch refuses the input.
        """
        raise NotImplementedError

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The layers that turn ``after`` back into ``before``; none if the op has no opposite."""
        if self.is_resize and before[2:] != after[2:]:
            shrinks = any(was > now for was, now in zip(before[2:], after[2:], strict=True))
            op, name = ("upsample", "size") if shrinks else ("adaptive_pool", "output_size")
            yield {"op": op, name: before[2:]}

    def window_warnings(self, before: TensorShape, after: TensorShape) -> Iterator[Reason]:
        """Warnings about the windows of a layer that runs."""
        return iter(())

    def cost(self, before: TensorShape, after: TensorShape) -> tuple[int, int]:
        """Number of weights, and of multiply-adds for the whole batch."""
        return 0, 0

    def transposed_windows(self, axes: int) -> Sequence[Window]:
        """The windows of a transposed convolution, one per axis; none for another layer."""
        return ()

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach] | None:
        """What a position of the output reads, per axis; None if it reads the whole map."""
        return None

    def thinned(self) -> AuditLayer | None:
        """The layer for maps of one channel, None if torch need not run it to confirm its sizes."""
        return None

    @property
    def skip_source(self) -> int | None:
        """Index of the earlier layer that the layer reads besides its input; -1 is the input."""
        return None

    @property
    def stated_counts(self) -> list[int]:
        """The counts that the fields of the input and of the output state."""
        names = (*self.declaring_fields, *filter(None, (self.output_field,)))
        return [value for name in names if isinstance(value := getattr(self, name), int)]

    @property
    def merged_channels(self) -> int:
        """Number of channels that become one."""
        return 1

    @property
    def is_depthwise(self) -> bool:
        """Whether the layer is a convolution of each channel by itself, transposed or not."""
        return False

    @property
    def adds_bias(self) -> bool:
        """Whether the layer adds a trained number to each channel."""
        return False

    def as_module(self) -> AuditLayer:
        """The layer as an op that has a torch module, if there is one."""
        return self

    def axes(self, shape: TensorShape) -> int:
        """Number of axes that the layer works along, by default those of the map."""
        return len(shape) - 2

    def has_axes(self, axes: int) -> bool:
        """Whether the layer works along that many axes of a map that has them."""
        return self.axes((1,) * (axes + 2)) == axes

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * axes

    def other_ranks(self) -> Sequence[int]:
        """Candidate values of ``ndim``, none if it is not set or there are per-axis lists."""
        listed = any(isinstance(getattr(self, name), tuple) for name in self.AXIS_FIELDS)
        return () if listed or getattr(self, "ndim", None) is None else range(1, 4)

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Candidate values of fields outside windows, each tried alone; ``counts`` for counts."""
        return dict.fromkeys(self.TRIED_COUNTS, counts)

    def window_values(self, before: TensorShape) -> WindowValues:
        """Candidate values of the fields of a window."""
        return {}

    def axis_window(self, axis: int) -> AxisWindow | None:
        """The window along an axis, None if a repair cannot choose another one for it."""
        return None

    def window_moves(self, axis: int, size: int) -> Sequence[tuple[AxisWindow, int]]:
        """Every window near the layer's with its output size, the window itself first."""
        return ()

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """Values with which a layer that fails may match its input, the last of ``earlier``."""
        return iter(())

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The channels or features that an earlier layer would have to produce for this one."""
        return None

    def adapters(self, earlier: Sequence[TensorShape]) -> Iterator[LayerFields]:
        """Layers one of which, put before a layer that fails, may make its input match."""
        return iter(())

    def copy_with(self, channels: int) -> AuditLayer | None:
        """A copy that takes and gives ``channels``, None if there is none."""
        return self if self.is_resize else None

    def values_for_size(self, sizes: TensorShape) -> FieldValues:
        """Values with which the output has the sizes, none if no field sets them."""
        return {}

    def unpainted_axes(self, axes: int) -> int:
        """Number of axes on which positions of the output get no contribution."""
        return 0

    def padded_output(self, size: TensorShape, wanted: TensorShape) -> FieldValues | None:
        """Values with which the layer gives ``wanted`` instead of ``size``, None if it cannot.

        They are output padding only, and none if the sizes are equal.
        """
        return None

    def numbered_padding(self, shape: TensorShape) -> FieldValues:
        """Numbers in place of a padding by name that torch refuses, none if there is none."""
        return {}

    def other_sources(self, index: int) -> Iterable[int]:
        """Other layers that a skip at ``index`` can come from."""
        return ()

    def renumbered(self, places: Mapping[int, int]) -> AuditLayer:
        """The layer after others have moved; ``places`` are their new indices."""
        return self
