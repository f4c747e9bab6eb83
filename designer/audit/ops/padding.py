"""Padding and cropping: torch's ``F.pad``, and slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import choice_type, integer_type, list_type
from designer.audit.ops.layer import (
    AuditLayer,
    AxisReach,
    FieldValues,
    LayerFields,
    TriedValues,
    shift_reach,
)
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    refuse_empty,
)
from designer.audit.ops.pad_shapes import pad_shape
from designer.validation.json_readers import JsonObject
from designer.validation.limits import MAX_SIGNAL_LENGTH

_PAD_MODES = {
    "ReflectionPad{}d": "reflect",
    "ReplicationPad{}d": "replicate",
    "CircularPad{}d": "circular",
}

MAX_BORDER = 4
"""Maximum crop or pad of one side that a repair tries."""

BORDER_DIVISOR = 4
"""Crops and pads change a side by at most 1/4 of it (or 2): more would be another picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PadLayer(AuditLayer):
    """torch's ``F.pad``; ``pad`` is in torch's order, the last axis first.

    >>> PadLayer(pad=(0, 1, 0, 1)).step((2, 8, 7, 5), ()).shape
    (2, 8, 8, 6)
    """

    op: ClassVar[str] = "pad"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "ZeroPad{}d": "padding",
        "ConstantPad{}d": "padding value",
        **dict.fromkeys(_PAD_MODES, "padding"),
    }
    implied_fields: ClassVar[Mapping[str, FieldValues]] = {
        name: {"mode": mode} for name, mode in _PAD_MODES.items()
    }
    torch_functions: ClassVar[Mapping[str, str]] = {"pad": "pad mode value"}
    keeps_channels: ClassVar[bool] = True
    torch_names: ClassVar[Mapping[str, str]] = {"pad": "padding"}

    pad: Annotated[
        tuple[int, ...], list_type(integer_type(-MAX_SIGNAL_LENGTH, MAX_SIGNAL_LENGTH), most=10)
    ]
    mode: Annotated[str, choice_type("constant", "reflect", "replicate", "circular")] = "constant"

    @classmethod
    def fields_of_call(
        cls, fields: JsonObject, arguments: Mapping[str, object], axes: int
    ) -> JsonObject:
        """The fields of a call, in which one number pads both ends of all axes."""
        pad = fields.get("pad")
        return {**fields, "pad": [pad] * (2 * axes)} if axes and isinstance(pad, int) else fields

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The size of every padded axis: i + near + far."""
        padded = pad_shape(shape, self.pad, mode=self.mode, fields=("pad", "mode"))
        pairs = enumerate(zip(self.pad[::2], self.pad[1::2], strict=True), 1)
        formulas = [f"{shape[-n]} + {near} + {far} = {padded[-n]}" for n, (near, far) in pairs][
            ::-1
        ]
        return TraceStep(shape=padded, formulas=lambda: formulas)

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach] | None:
        """Position k reads k − near."""
        nears = [-near for near in reversed(self.pad[::2])]
        others = len(before) - 2 - len(nears)
        return None if others < 0 else [shift_reach(near) for near in (*[0] * others, *nears)]

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The padding with opposite signs."""
        yield {"op": "pad", "pad": tuple(-pad for pad in self.pad)}

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Another pad on one side, or the same on all."""
        moved = (
            (*self.pad[:place], rows, *self.pad[place + 1 :])
            for place in range(len(self.pad))
            for rows in range(-MAX_BORDER, MAX_BORDER + 1)
        )
        alike = ((rows,) * len(self.pad) for rows in range(MAX_BORDER + 1))
        return {"mode": ["constant"], "pad": chain(moved, alike)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CropLayer(AuditLayer):
    """A slice: [before, after] per axis, the first axis first; further axes are not cropped.

    >>> CropLayer(crop=((0, 1), (2, 0))).step((2, 8, 7, 5), ()).shape
    (2, 8, 6, 3)
    """

    op: ClassVar[str] = "crop"
    keeps_channels: ClassVar[bool] = True

    crop: Annotated[
        tuple[tuple[int, int], ...],
        list_type(list_type(integer_type(0, MAX_SIGNAL_LENGTH), most=2, least=2), most=3),
    ]

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The size of every cropped axis: i − before − after."""
        if len(self.crop) > len(shape) - 2:
            raise LayerError(
                "crop_of_other_axes",
                {"axes": len(self.crop), "map_axes": max(len(shape) - 2, 0)},
                torch_error=f"too many indices for tensor of dimension {len(shape)}",
                fields=("crop",),
                input_shape=list(shape[1:]),
            )
        cropped = list(shape)
        formulas = []
        for axis, (before, after) in enumerate(self.crop, start=2):
            cropped[axis] = max(0, shape[axis] - before - after)
            formulas.append(f"{shape[axis]} − {before} − {after} = {shape[axis] - before - after}")
        refuse_empty(tuple(cropped), fields=("crop",))
        return TraceStep(shape=tuple(cropped), formulas=lambda: formulas)

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads k + before."""
        others = len(before) - 2 - len(self.crop)
        return [shift_reach(near) for near in (*(near for near, _ in self.crop), *[0] * others)]

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The padding of the cropped sides."""
        crops = [*self.crop, *[(0, 0)] * (len(before) - 2 - len(self.crop))]
        yield {"op": "pad", "pad": tuple(pad for pair in reversed(crops) for pad in pair)}

    def as_module(self) -> AuditLayer:
        """The padding with negative sizes."""
        return PadLayer(pad=tuple(-rows for pair in reversed(self.crop) for rows in pair))

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Other rows on one side or on both sides of an axis."""
        moved = (
            (*self.crop[:axis], new, *self.crop[axis + 1 :])
            for axis, (near, far) in enumerate(self.crop)
            for rows in range(MAX_BORDER + 1)
            for new in ((rows, far), (near, rows), (rows, rows))
        )
        return {"crop": moved}


def crop_or_pad(sizes: TensorShape, wanted: TensorShape) -> Iterator[LayerFields]:
    """The crop or padding from one size to another that is not far from it.

    >>> next(crop_or_pad((9, 9), (8, 8)))
    {'op': 'crop', 'crop': ((0, 1), (0, 1))}
    """
    if len(sizes) != len(wanted) or sizes == wanted or not sizes:
        return
    less = [have - want for have, want in zip(sizes, wanted, strict=True)]
    if any(abs(n) > max(2, want // BORDER_DIVISOR) for n, want in zip(less, wanted, strict=True)):
        return
    if min(less) >= 0:
        yield {"op": "crop", "crop": tuple((n // 2, n - n // 2) for n in less)}
    else:
        more = [-n for n in reversed(less)]
        pads = tuple(pad for n in more for pad in ((n // 2, n - n // 2) if n > 0 else (0, n)))
        yield {"op": "pad", "pad": pads}
