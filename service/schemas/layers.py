"""Schemas of the requests about one layer, which ``designer.layer`` parses."""

from __future__ import annotations

import marshmallow as ma

from designer.layer import (
    DrawRequest,
    LayerForm,
    LayerRequest,
    LayerView,
    Op,
    SolveRequest,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)
from designer.limits import MAX_SIDE, MAX_SIGNAL_LENGTH, MAX_WIDTH, MAX_WINDOW_VALUE
from designer.validation.field_validators import check_known_fields, refuse
from designer.validation.json_schema import choice, integer, list_of, per_axis
from designer.validation.text_values import parse_scalar, parse_sizes
from service.schemas.design import FLAG, TEXT
from service.schemas.fields import Documented, described

SIDES = per_axis(integer(1, MAX_SIGNAL_LENGTH))
AT_LEAST_ONE = per_axis(integer(1, MAX_WINDOW_VALUE))
FROM_ZERO = per_axis(integer(0, MAX_WINDOW_VALUE))
CHANNELS = integer(1, MAX_WIDTH)


class ConvSchema(ma.Schema):
    """A convolution on a map; fields are one value per axis, or one for all axes."""

    input_size = Documented(
        SIDES,
        **described(f"At most {MAX_SIDE} per side on two and three axes.", required=True),
    )
    dimensions = Documented(
        integer(1, 3), **described("Number of axes if no field is a list; default 2.")
    )
    kernel_size = Documented(AT_LEAST_ONE, required=True)
    stride = Documented(AT_LEAST_ONE, load_default=1)
    padding = Documented(FROM_ZERO, load_default=0)
    dilation = Documented(AT_LEAST_ONE, load_default=1)
    output_padding = Documented(
        FROM_ZERO, **described("Only for a transposed convolution.", load_default=0)
    )
    in_channels = Documented(CHANNELS, load_default=1)
    out_channels = Documented(CHANNELS, load_default=1)
    groups = Documented(CHANNELS, load_default=1)
    bias = Documented(FLAG, load_default=True)
    include = Documented(
        list_of(choice(*LayerForm), 0, len(LayerForm)),
        **described("Forms to include in the response."),
    )

    def load(self, data: object, **_: object) -> LayerRequest:
        """The request, parsed by the library."""
        return read_layer_request(data, Op.CONV)


class ConvTransposeSchema(ConvSchema):
    """A transposed convolution on a map."""

    def load(self, data: object, **_: object) -> LayerRequest:
        """The request, parsed by the library."""
        return read_layer_request(data, Op.CONV_TRANSPOSE)


class QuestionSchema(ma.Schema):
    """Two sizes, and the known arguments of the window between them."""

    op = Documented(choice(*Op), required=True)
    input_size = Documented(SIDES, required=True)
    output_size = Documented(SIDES, required=True)
    dimensions = Documented(
        integer(1, 3), **described("Number of axes if no field is a list; default 2.")
    )
    kernel_size = Documented(
        AT_LEAST_ONE,
        **described("If stride is missing too, the size factor is solved, with kernels up to 6S."),
    )
    stride = Documented(AT_LEAST_ONE, **described("Default: all strides up to kernel_size."))
    dilation = Documented(AT_LEAST_ONE, load_default=1)

    def load(self, data: object, **_: object) -> SolveRequest:
        """The request, parsed by the library."""
        return read_solve_request(data)


class ConvDrawingSchema(ma.Schema):
    """A layer to draw, as query parameters: `4`, or `4x3` for several axes."""

    input_size = Documented(TEXT, required=True)
    dimensions = Documented(integer(1, 3))
    kernel_size = Documented(TEXT, required=True)
    stride = Documented(TEXT, load_default="1")
    padding = Documented(TEXT, load_default="0")
    dilation = Documented(TEXT, load_default="1")
    output_padding = Documented(TEXT, load_default="0")
    view = Documented(choice(*LayerView), load_default="layer")
    animate = Documented(FLAG, load_default=False)

    def load(self, data: object, **_: object) -> DrawRequest:
        """The request, parsed by the library."""
        return read_draw_request(self.values_of(data), Op.CONV)

    def values_of(self, data: object) -> dict[str, object]:
        """Query parameters converted to the values of a body."""
        assert isinstance(data, dict), "the parser gives query strings as dicts"
        refuse(check_known_fields(data, pointer="", known=self.fields))
        return {name: _value_of(name, text) for name, text in data.items()}


class ConvTransposeDrawingSchema(ConvDrawingSchema):
    """A transposed convolution to draw."""

    def load(self, data: object, **_: object) -> DrawRequest:
        """The request, parsed by the library."""
        return read_draw_request(self.values_of(data), Op.CONV_TRANSPOSE)


def _value_of(name: str, text: str) -> object:
    if name == "view":
        return text
    return parse_scalar(text) if name in ("animate", "dimensions") else parse_sizes(text)
