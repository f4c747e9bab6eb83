"""Padding and cropping: torch's ``F.pad``, and slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import choice_type, integer_type, list_type
from designer.audit.ops.layer import AuditLayer, FieldValues, LayerFields, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
    refuse_empty,
)
from designer.limits import MAX_SIGNAL_LENGTH
from designer.validation.json_readers import JsonObject

_COMBINATIONS = (
    "\nSupported combinations for non-constant padding:"
    "\n  - 2D or 3D input: padding size = 2 (pads last dimension)"
    "\n  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)"
    "\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
)

_PAD_MODES = {
    "ReflectionPad{}d": "reflect",
    "ReplicationPad{}d": "replicate",
    "CircularPad{}d": "circular",
}

MAX_BORDER = 4
"""Maximum crop or pad of one side that a repair tries."""

BORDER_DIVISOR = 4
"""Crops and pads change a side by at most 1/4 of it (or 2): more would be another picture."""


def pad_shape(
    shape: TensorShape, pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> TensorShape:
    """The shape after ``F.pad``; pads come in pairs, near and far, the last axis first.

    >>> pad_shape((2, 3, 10, 20), (1, 2, 3, 4), mode="constant", fields=())
    (2, 3, 17, 23)

    Raises:
        LayerError: if torch refuses the pads, or the result would be empty.
    """
    _refuse_count(shape, pads, mode=mode, fields=fields)
    padded = list(shape)
    pairs = list(enumerate(zip(pads[::2], pads[1::2], strict=True), start=1))
    for place, pair in reversed(pairs) if mode == "circular" else pairs:
        _refuse_pair(shape, place, pair, mode=mode, fields=fields)
        padded[-place] += sum(pair)
        if mode == "circular" and padded[-place] < 0:
            break
    _refuse_size(shape, padded, pads, mode=mode, fields=fields)
    return tuple(padded)


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
        formulas: list[str] = []
        for place, (near, far) in enumerate(zip(self.pad[::2], self.pad[1::2], strict=True), 1):
            formulas.insert(0, f"{shape[-place]} + {near} + {far} = {padded[-place]}")
        return TraceStep(shape=padded, formulas=lambda: formulas)

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


def _refuse_count(
    shape: TensorShape, pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> None:
    """Refuse unpaired pads, more pairs than axes, and ranks that the mode does not support."""
    count, rank = len(pads), len(shape)
    if count % 2:
        torch_error = "Padding length must be divisible by 2"
    elif count > 2 * rank:
        torch_error = (
            "Padding length should be less than or equal to two times the input dimension but got"
            f" padding length {count} and input of dimension {rank}"
        )
    elif mode != "constant" and (count > 6 or rank - count // 2 not in (1, 2)):
        torch_error = (
            f"Padding size {count} is not supported for {rank}D input tensor.{_COMBINATIONS}"
        )
    else:
        return
    raise LayerError(
        "unsuitable_pads",
        {"count": count, "mode": mode, "shape": shape[1:]},
        torch_error=torch_error,
        fields=fields,
        pads=list(pads),
    )


def _refuse_pair(
    shape: TensorShape, place: int, pair: tuple[int, int], *, mode: str, fields: Sequence[str]
) -> None:
    """Refuse reflection of as many pixels as the map has, and circular padding of more."""
    size, dimension = shape[-place], len(shape) - place
    if mode == "reflect" and max(pair) >= size:
        sentence = "reflection_beyond_map"
        torch_error = (
            f"Argument #{2 * place + 2}: Padding size should be less than the"
            f" corresponding input dimension, but got: padding ({pair[0]}, {pair[1]}) at dimension"
            f" {dimension} of input [{format_torch_sizes(shape, ', ')}]"
        )
    elif mode == "circular" and max(pair) > size:
        sentence = "circular_beyond_map"
        torch_error = "Padding value causes wrapping around more than once."
    else:
        return
    raise LayerError(
        sentence,
        {"pad": max(pair)},
        torch_error=torch_error,
        fields=fields,
        padding=list(pair),
        input_size=size,
    )


def _refuse_size(
    shape: TensorShape, padded: list[int], pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> None:
    if min(padded) > 0 and not (mode == "constant" and _crops_below_zero(shape, pads)):
        return
    raise LayerError(
        "pads_cut_map",
        {"shape": shape[1:]},
        torch_error=_size_error(shape, padded, pads, mode),
        fields=fields,
        pads=list(pads),
        output_shape=padded[1:],
    )


def _size_error(
    shape: TensorShape, padded: list[int], pads: Sequence[int], mode: str
) -> str | None:
    if mode == "constant":
        return "narrow(): length must be non-negative." if _crops_below_zero(shape, pads) else None
    if mode == "circular":
        negative = "Negative padding value is resulting in an empty dimension"
        return negative if min(padded) < 0 else None
    count = len(pads) // 2
    if max(padded[-count:]) > 0:
        return None  # torch's next words depend on how many numbers are left
    space = " " if (mode, count) == ("replicate", 2) else ""
    before = {1: "W: {}", 2: "H: {}, W: {}" + space, 3: "D: {} H: {}, W: {}"}[count]
    after = {1: "W: {}", 2: "H: {} W: {}", 3: "D: {} H: {} W: {}"}[count]
    words = f"input ({before}) is too small. Calculated output {after}"
    return words.format(*shape[-count:], *padded[-count:])


def _crops_below_zero(shape: TensorShape, pads: Sequence[int]) -> bool:
    """Whether the negative pads, which torch applies first and near before far, leave size < 0."""
    for place, (near, far) in enumerate(zip(pads[::2], pads[1::2], strict=True), start=1):
        if shape[-place] + min(near, 0) + min(far, 0) < 0:
            return True
    return False
