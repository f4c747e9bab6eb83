"""Schemas of the requests about one layer, which ``designer.layer`` parses."""

from __future__ import annotations

import marshmallow as ma

from designer.layer import (
    DRAWING,
    LAYER,
    QUESTION,
    DrawRequest,
    LayerRequest,
    Op,
    SolveRequest,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)
from service.schemas.field_schemas import queried, query_values, requested


class ConvSchema(ma.Schema):
    """A convolution on a map; fields are one value per axis, or one for all axes."""

    class Meta:
        """Holds the fields."""

        include = requested(LAYER)

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

    class Meta:
        """Holds the fields."""

        include = requested(QUESTION)

    def load(self, data: object, **_: object) -> SolveRequest:
        """The request, parsed by the library."""
        return read_solve_request(data)


class ConvDrawingSchema(ma.Schema):
    """A layer to draw, as query parameters."""

    class Meta:
        """Holds the fields."""

        include = queried(DRAWING)

    def load(self, data: object, **_: object) -> DrawRequest:
        """The request, parsed by the library."""
        return read_draw_request(query_values(data, DRAWING), Op.CONV)


class ConvTransposeDrawingSchema(ConvDrawingSchema):
    """A transposed convolution to draw."""

    def load(self, data: object, **_: object) -> DrawRequest:
        """The request, parsed by the library."""
        return read_draw_request(query_values(data, DRAWING), Op.CONV_TRANSPOSE)
