"""Schemas of the requests about one layer, which ``designer.layer`` parses."""

from __future__ import annotations

from designer.layer import (
    DRAWING,
    LAYER,
    QUESTION,
    Op,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)
from service.schemas.field_schemas import request_schema, requested
from service.schemas.query_fields import queried, query_values

ConvSchema = request_schema(
    "ConvSchema", requested(LAYER), lambda data: read_layer_request(data, Op.CONV)
)
"""A convolution on a map; fields are one value per axis, or one for all axes."""

ConvTransposeSchema = request_schema(
    "ConvTransposeSchema",
    requested(LAYER),
    lambda data: read_layer_request(data, Op.CONV_TRANSPOSE),
)
"""A transposed convolution on a map."""

QuestionSchema = request_schema("QuestionSchema", requested(QUESTION), read_solve_request)
"""Two sizes, and the known arguments of the window between them."""

ConvDrawingSchema = request_schema(
    "ConvDrawingSchema",
    queried(DRAWING),
    lambda data: read_draw_request(query_values(data, DRAWING), Op.CONV),
)
"""A convolution to draw, as query parameters."""

ConvTransposeDrawingSchema = request_schema(
    "ConvTransposeDrawingSchema",
    queried(DRAWING),
    lambda data: read_draw_request(query_values(data, DRAWING), Op.CONV_TRANSPOSE),
)
"""A transposed convolution to draw."""
