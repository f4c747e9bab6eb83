"""One layer: its arithmetic and equivalent forms, the windows between two sizes, pictures."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.layer import (
    DrawRequest,
    LayerRequest,
    SolveRequest,
    answer_layer,
    answer_question,
    draw_picture,
)
from service.designs.design_service import current_design_service
from service.designs.formats import document_response, picture_representation
from service.http.blueprint import BODY_CODES, PROOF_CODES, VALUE_CODES, Blueprint
from service.http.representation import CACHED_FOR_AN_HOUR, JSON, SVG, negotiate_media_type
from service.openapi.examples import LAYER_EXAMPLES, SOLVE_EXAMPLES
from service.openapi.parameters import PICTURE_HEADERS
from service.schemas.layer_forms import LayerAnswerSchema, SolutionsSchema
from service.schemas.layers import (
    ConvDrawingSchema,
    ConvSchema,
    ConvTransposeDrawingSchema,
    ConvTransposeSchema,
    QuestionSchema,
)

layers = Blueprint("layers", __name__, description="One layer and its equivalent forms.")

PICTURE_BODY = {"type": "string"}

LAYER_CODES = ("illegal_layer", "too_large", "not_acceptable")
"""Codes of errors in the values of a layer, besides those of any request."""


@layers.route("/v1/layers/conv", methods=["POST"])
@layers.arguments(ConvSchema, examples=LAYER_EXAMPLES["conv"])
@layers.response(200, LayerAnswerSchema)
@layers.problems(*BODY_CODES, *LAYER_CODES, *PROOF_CODES)
def create_conv(layer_request: LayerRequest) -> Response:
    """A convolution on a map, with the forms in `include`.

    The forms are the matrix of the layer, the equivalent direct convolution, the phases of its
    kernel, the overlap of its windows, and a proof: errors measured against torch in float64.
    """
    negotiate_media_type(request, (JSON,))
    return document_response(answer_layer(layer_request, runner=current_design_service().run))


@layers.route("/v1/layers/conv-transpose", methods=["POST"])
@layers.arguments(ConvTransposeSchema, examples=LAYER_EXAMPLES["conv-transpose"])
@layers.response(200, LayerAnswerSchema)
@layers.problems(*BODY_CODES, *LAYER_CODES, *PROOF_CODES)
def create_conv_transpose(layer_request: LayerRequest) -> Response:
    """A transposed convolution on a map, with the forms in `include`.

    The forms are the matrix of the layer, the equivalent direct convolution with inserted zeros, the
    phases of its kernel, the overlap of its windows, and a proof: errors measured against torch in
    float64.
    """
    negotiate_media_type(request, (JSON,))
    return document_response(answer_layer(layer_request, runner=current_design_service().run))


@layers.route("/v1/layers/solve", methods=["POST"])
@layers.arguments(QuestionSchema, examples=SOLVE_EXAMPLES)
@layers.response(200, SolutionsSchema)
@layers.problems(*BODY_CODES, *LAYER_CODES)
def solve_layer(solve_request: SolveRequest) -> Response:
    """All windows that map one size to another, per axis, best first, or why there is none.

    Without `kernel_size` and `stride`, it lists windows of every kernel size up to six times the
    factor between the sizes.
    """
    negotiate_media_type(request, (JSON,))
    return document_response(answer_question(solve_request))


@layers.route("/v1/layers/conv.svg")
@layers.arguments(ConvDrawingSchema, location="query")
@layers.response(200, PICTURE_BODY, content_type=SVG, headers=PICTURE_HEADERS)
@layers.alt_response(304, description="Not modified: the client has the current version.")
@layers.problems("repeated_field", "contradiction", *VALUE_CODES, *LAYER_CODES)
def show_conv(draw_request: DrawRequest) -> Response:
    """A picture of a convolution, its matrix or its overlap; animated with `animate=true`.

    `view` is `layer`, `matrix` or `overlap`. A layer that is too large for a picture is refused.
    """
    negotiate_media_type(request, (SVG,))
    return picture_representation(draw_picture(draw_request), request.full_path).response(
        request, CACHED_FOR_AN_HOUR
    )


@layers.route("/v1/layers/conv-transpose.svg")
@layers.arguments(ConvTransposeDrawingSchema, location="query")
@layers.response(200, PICTURE_BODY, content_type=SVG, headers=PICTURE_HEADERS)
@layers.alt_response(304, description="Not modified: the client has the current version.")
@layers.problems("repeated_field", "contradiction", *VALUE_CODES, *LAYER_CODES)
def show_conv_transpose(draw_request: DrawRequest) -> Response:
    """A picture of a transposed convolution as a direct one, its matrix or its overlap.

    `view` is `layer`, `matrix` or `overlap`. A layer that is too large for a picture is refused.
    """
    negotiate_media_type(request, (SVG,))
    return picture_representation(draw_picture(draw_request), request.full_path).response(
        request, CACHED_FOR_AN_HOUR
    )
