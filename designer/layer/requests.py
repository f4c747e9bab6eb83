"""Requests about one layer, validated from JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from designer.brief.field_rules import range_errors
from designer.brief.fields import Field, Kind, field_names
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Size, Window
from designer.layer.request_fields import (
    CHANNELS,
    DRAWING,
    LAYER,
    QUESTION,
    WINDOW_REQUEST,
    LayerForm,
    LayerView,
    Op,
)
from designer.layer.window_solver import Question
from designer.validation.field_validators import refuse
from designer.validation.json_readers import (
    read_choice,
    read_flag,
    read_integer,
    read_list,
    read_object,
    read_per_axis,
    refuse_field,
)
from designer.validation.limits import MAX_SIDE, MAX_SIGNAL_LENGTH


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
    fields = _read_fields(document, LAYER)
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
    fields = _read_fields(document, DRAWING)
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
    fields = _read_fields(document, QUESTION)
    op = read_choice(fields.pop("op"), Op, pointer="/op")
    axes = _count_axes(fields)
    sizes = _read_sizes(fields, QUESTION, axes)
    return SolveRequest(
        op=op,
        questions=tuple(
            Question(
                transposed=op.layer_class.transposed,
                **{name: values[axis] for name, values in sizes.items()},
            )
            for axis in range(axes)
        ),
    )


def _read_fields(document: object, rows: tuple[Field, ...]) -> dict[str, object]:
    """The fields of a request without nulls, which mean the default."""
    required = field_names(row for row in rows if row.required)
    given = read_object(document, pointer="", known=field_names(rows), required=required)
    return {name: value for name, value in given.items() if value is not None}


def _read_layer(fields: dict[str, object], op: Op) -> tuple[AnyConv, Size]:
    axes = _count_axes(fields)
    columns = _read_sizes(fields, WINDOW_REQUEST, axes)
    size = columns.pop("input_size")
    if any(columns["output_padding"]) and not op.layer_class.transposed:
        refuse_field(
            "/output_padding",
            "illegal_layer",
            sentence="conv_output_padding",
            output_padding=list(columns["output_padding"]),
        )
    counts = {row.name: fields.get(row.name, row.default) for row in CHANNELS}
    refuse(range_errors(CHANNELS, counts)[:1])
    layer = op.layer_class(
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
        return read_integer(dimensions, pointer="/dimensions", low=1, high=3)
    for name, value in fields.items():
        if isinstance(value, list):
            return len(read_list(value, pointer=f"/{name}", low=1, high=3))
    return 2


def _read_sizes(
    fields: Mapping[str, object], rows: tuple[Field, ...], axes: int
) -> dict[str, Size]:
    """The values of the sizes, one per axis, without those that have no default."""
    found = {}
    for row in rows:
        value = fields.get(row.name, row.default)
        if row.kind is Kind.SIZE and value is not None:
            limit = MAX_SIDE if axes > 1 and row.high == MAX_SIGNAL_LENGTH else row.high
            assert limit is not None, "every size has a limit"
            bounds = {"least": row.low, "most": limit}
            found[row.name] = read_per_axis(value, pointer=f"/{row.name}", axes=axes, **bounds)
    return found
