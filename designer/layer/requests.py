"""Requests about one layer, validated from JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Conv, ConvTranspose, Size, Window
from designer.layer.window_solver import Question
from designer.limits import MAX_SIDE, MAX_SIGNAL_LENGTH, MAX_WIDTH, MAX_WINDOW_VALUE
from designer.validation.field_validators import check_integer, refuse
from designer.validation.json_readers import (
    read_choice,
    read_flag,
    read_list,
    read_object,
    read_per_axis,
    refuse_field,
)

MINIMUMS = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
"""Fields of a window and their minimums."""

TORCH_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
"""Defaults of torch."""

WINDOW_REQUEST_FIELDS = ("input_size", "dimensions", *MINIMUMS)
LAYER_REQUEST_FIELDS = (
    *WINDOW_REQUEST_FIELDS,
    "in_channels",
    "out_channels",
    "groups",
    "bias",
    "include",
)
DRAW_REQUEST_FIELDS = (*WINDOW_REQUEST_FIELDS, "view", "animate")
SOLVE_REQUEST_FIELDS = (
    "op",
    "input_size",
    "output_size",
    "dimensions",
    "kernel_size",
    "stride",
    "dilation",
)


class LayerForm(StrEnum):
    """An optional form of the layer in an answer."""

    MATRIX = "matrix"
    EQUIVALENT = "equivalent"
    PHASES = "phases"
    OVERLAP = "overlap"
    PROOF = "proof"


class LayerView(StrEnum):
    """A picture of the layer."""

    LAYER = "layer"
    MATRIX = "matrix"
    OVERLAP = "overlap"


class Op(StrEnum):
    """The kind of a layer."""

    CONV = "conv"
    CONV_TRANSPOSE = "conv_transpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRequest:
    """A layer, its input size, and the requested forms."""

    layer: AnyConv
    input_size: Size
    include: frozenset[LayerForm] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRequest:
    """A layer, its input size, and how to draw it."""

    layer: AnyConv
    input_size: Size
    view: LayerView = LayerView.LAYER
    animate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRequest:
    """A search for windows from size to size: one question per axis."""

    op: Op
    questions: tuple[Question, ...]


def read_layer_request(document: object, op: Op) -> LayerRequest:
    """The layer that a JSON object describes; omitted fields take torch's defaults.

    >>> read_layer_request({"input_size": [4, 4], "kernel_size": 3}, Op.CONV).layer.kernel_taps
    9

    Raises:
        InvalidRequest: for unknown or missing fields, wrong types, and values outside limits.
        InvalidLayer: for a window or channels that torch refuses.
    """
    required = ("input_size", "kernel_size")
    fields = _drop_nulls(
        read_object(document, pointer="", known=LAYER_REQUEST_FIELDS, required=required)
    )
    include = read_list(fields.pop("include", []), pointer="/include", low=0, high=len(LayerForm))
    forms = (read_choice(v, LayerForm, pointer=f"/include/{n}") for n, v in enumerate(include))
    layer, size = _read_layer(fields, op)
    return LayerRequest(layer=layer, input_size=size, include=frozenset(forms))


def read_draw_request(document: object, op: Op) -> DrawRequest:
    """The picture that a JSON object describes.

    Raises:
        InvalidRequest: for unknown or missing fields, wrong types, and values outside limits.
        InvalidLayer: for a window that torch refuses.
    """
    required = ("input_size", "kernel_size")
    fields = _drop_nulls(
        read_object(document, pointer="", known=DRAW_REQUEST_FIELDS, required=required)
    )
    view = read_choice(fields.pop("view", "layer"), LayerView, pointer="/view")
    animate = read_flag(fields.pop("animate", False), pointer="/animate")
    if animate and view is not LayerView.LAYER:
        refuse_field("/animate", "contradiction", sentence="not_animated", view=str(view))
    layer, size = _read_layer(fields, op)
    return DrawRequest(layer=layer, input_size=size, view=view, animate=animate)


def read_solve_request(document: object) -> SolveRequest:
    """The sizes to connect, and the fixed fields of the windows.

    >>> request = read_solve_request({"op": "conv", "input_size": [64], "output_size": [32]})
    >>> request.questions[0].input_size
    64

    Raises:
        InvalidRequest: for unknown or missing fields, wrong types, and values outside limits.
    """
    required = ("op", "input_size", "output_size")
    fields = _drop_nulls(
        read_object(document, pointer="", known=SOLVE_REQUEST_FIELDS, required=required)
    )
    op = read_choice(fields.pop("op"), Op, pointer="/op")
    axes = _count_axes(fields)
    sizes = {name: _read_size(fields[name], name, axes) for name in ("input_size", "output_size")}
    windows = {
        name: _read_window_field(fields[name], name, axes)
        for name in ("kernel_size", "stride", "dilation")
        if name in fields
    }
    return SolveRequest(
        op=op,
        questions=tuple(
            Question(
                transposed=op is Op.CONV_TRANSPOSE,
                **{name: values[axis] for name, values in (sizes | windows).items()},
            )
            for axis in range(axes)
        ),
    )


def _drop_nulls(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _read_layer(fields: dict[str, object], op: Op) -> tuple[AnyConv, Size]:
    axes = _count_axes(fields)
    size = _read_size(fields["input_size"], "input_size", axes)
    columns = {
        name: _read_window_field(fields.get(name, TORCH_DEFAULTS.get(name)), name, axes)
        for name in MINIMUMS
    }
    if op is Op.CONV and any(columns["output_padding"]):
        refuse_field(
            "/output_padding",
            "illegal_layer",
            sentence="conv_output_padding",
            output_padding=list(columns["output_padding"]),
        )
    counts = {name: fields.get(name, 1) for name in ("in_channels", "out_channels", "groups")}
    for name, value in counts.items():
        refuse(check_integer(value, pointer=f"/{name}", low=1, high=MAX_WIDTH))
    kind = Conv if op is Op.CONV else ConvTranspose
    layer = kind(
        windows=tuple(
            Window(**{name: values[axis] for name, values in columns.items()})
            for axis in range(axes)
        ),
        bias=read_flag(fields.get("bias", True), pointer="/bias"),
        **counts,  # type: ignore[arg-type]
    )
    return layer, size


def _count_axes(fields: dict[str, object]) -> int:
    """Number of axes: ``dimensions``, else the length of the first list, else 2."""
    if (dimensions := fields.pop("dimensions", None)) is not None:
        refuse(check_integer(dimensions, pointer="/dimensions", low=1, high=3))
        assert isinstance(dimensions, int)
        return dimensions
    for name, value in fields.items():
        if isinstance(value, list):
            return len(read_list(value, pointer=f"/{name}", low=1, high=3))
    return 2


def _read_size(value: object, name: str, axes: int) -> Size:
    most = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE
    return _read_axes(value, name, axes, low=1, high=most)


def _read_window_field(value: object, name: str, axes: int) -> Size:
    return _read_axes(value, name, axes, low=MINIMUMS[name], high=MAX_WINDOW_VALUE)


def _read_axes(value: object, name: str, axes: int, *, low: int, high: int) -> Size:
    if not isinstance(value, list):
        refuse(check_integer(value, pointer=f"/{name}", low=low, high=high))
        return read_per_axis(value, pointer=f"/{name}", axes=axes)
    found = read_per_axis(value, pointer=f"/{name}", axes=axes)
    for axis, number in enumerate(found):
        refuse(check_integer(number, pointer=f"/{name}/{axis}", low=low, high=high))
    return found
