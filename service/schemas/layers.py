"""One layer: the requests. ``designer.layer`` reads them; here they are described."""

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
from service.http.request_reader import read_scalar, read_sizes
from service.schemas.design import FLAG, TEXT
from service.schemas.fields import (
    Documented,
    choice,
    described,
    integer,
    list_of,
    per_axis,
)

SIDES = per_axis(integer(1, MAX_SIGNAL_LENGTH))
AT_LEAST_ONE = per_axis(integer(1, MAX_WINDOW_VALUE))
FROM_ZERO = per_axis(integer(0, MAX_WINDOW_VALUE))
CHANNELS = integer(1, MAX_WIDTH)


class ConvSchema(ma.Schema):
    """A convolution on a map; sizes and windows one value per axis, or one for all (two) axes."""

    input_size = Documented(
        SIDES,
        **described(f"At most {MAX_SIDE} a side on two and three axes.", required=True),
    )
    dimensions = Documented(
        integer(1, 3), **described("Number of axes where no field is a list; 2 unless given.")
    )
    kernel_size = Documented(AT_LEAST_ONE, required=True)
    stride = Documented(AT_LEAST_ONE, load_default=1)
    padding = Documented(FROM_ZERO, load_default=0)
    dilation = Documented(AT_LEAST_ONE, load_default=1)
    output_padding = Documented(
        FROM_ZERO, **described("Of a transposed convolution only.", load_default=0)
    )
    in_channels = Documented(CHANNELS, load_default=1)
    out_channels = Documented(CHANNELS, load_default=1)
    groups = Documented(CHANNELS, load_default=1)
    bias = Documented(FLAG, load_default=True)
    include = Documented(
        list_of(choice(*LayerForm), 0, len(LayerForm)), **described("Forms to add to the answer.")
    )

    def load(self, data: object, **_: object) -> LayerRequest:
        """The request, read by the library."""
        return read_layer_request(data, Op.CONV)


class ConvTransposeSchema(ConvSchema):
    """A transposed convolution on a map."""

    def load(self, data: object, **_: object) -> LayerRequest:
        """The request, read by the library."""
        return read_layer_request(data, Op.CONV_TRANSPOSE)


class QuestionSchema(ma.Schema):
    """Two sizes, and what is fixed of the window between them."""

    op = Documented(choice(*Op), required=True)
    input_size = Documented(SIDES, required=True)
    output_size = Documented(SIDES, required=True)
    dimensions = Documented(
        integer(1, 3), **described("Number of axes where no field is a list; 2 unless given.")
    )
    kernel_size = Documented(
        AT_LEAST_ONE,
        **described("Where stride is left out too, the factor is solved: kernels up to 6S."),
    )
    stride = Documented(AT_LEAST_ONE, **described("Strides up to kernel_size, where left out."))
    dilation = Documented(AT_LEAST_ONE, load_default=1)

    def load(self, data: object, **_: object) -> SolveRequest:
        """The request, read by the library."""
        return read_solve_request(data)


class ConvDrawingSchema(ma.Schema):
    """A layer to be drawn, as query parameters: `4`, or `4x3` for several axes."""

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
        """The request, read by the library."""
        return read_draw_request(self.values_of(data), Op.CONV)

    def values_of(self, data: object) -> dict[str, object]:
        """Texts of a query string as the values of a body."""
        assert isinstance(data, dict), "the parser gives query strings as dicts"
        refuse(check_known_fields(data, pointer="", known=self.fields))
        return {name: _value_of(name, text) for name, text in data.items()}


class ConvTransposeDrawingSchema(ConvDrawingSchema):
    """A transposed convolution to be drawn."""

    def load(self, data: object, **_: object) -> DrawRequest:
        """The request, read by the library."""
        return read_draw_request(self.values_of(data), Op.CONV_TRANSPOSE)


def _value_of(name: str, text: str) -> object:
    if name == "view":
        return text
    return read_scalar(text) if name in ("animate", "dimensions") else read_sizes(text)
