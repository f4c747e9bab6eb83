"""One layer: its arithmetic and all its forms, every window between two sizes, its pictures."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.layer import (
    Drawing,
    LayerRequest,
    SolveRequest,
    answer_layer,
    answer_question,
    draw_answer,
)
from service.designs.design_service import workshop
from service.designs.formats import document_answer, picture_form
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import A_WHILE, JSON, SVG, choose
from service.openapi.examples import LAYERS, PICTURE_HEADERS, QUESTIONS
from service.schemas.layer_forms import LayerAnswerSchema, SolutionsSchema
from service.schemas.layers import (
    ConvDrawingSchema,
    ConvSchema,
    ConvTransposeDrawingSchema,
    ConvTransposeSchema,
    QuestionSchema,
)

layers = Blueprint("layers", __name__, description="One layer, all its forms.")

PICTURE = {"type": "string"}

VALUE_CODES = (
    "invalid_request",
    "missing_field",
    "unknown_field",
    "not_an_integer",
    "not_a_choice",
    "not_a_boolean",
    "wrong_length",
    "out_of_range",
    "illegal_layer",
    "too_large",
    "not_acceptable",
)
"""What the numbers of a layer can run into."""

FIELD_CODES = ("not_a_list", "not_an_object", *VALUE_CODES)
PROOF_CODES = ("probe_failed", "overloaded", "accident")


@layers.route("/v1/layers/conv", methods=["POST"])
@layers.arguments(ConvSchema, examples=LAYERS["conv"])
@layers.response(200, LayerAnswerSchema)
@layers.problems(*BODY_CODES, *FIELD_CODES, *PROOF_CODES)
def create_conv(asked: LayerRequest) -> Response:
    """A convolution: what it makes of a map, and each form that `include` names."""
    choose(request, (JSON,))
    return document_answer(answer_layer(asked, runner=workshop().run))


@layers.route("/v1/layers/conv-transpose", methods=["POST"])
@layers.arguments(ConvTransposeSchema, examples=LAYERS["conv-transpose"])
@layers.response(200, LayerAnswerSchema)
@layers.problems(*BODY_CODES, *FIELD_CODES, *PROOF_CODES)
def create_conv_transpose(asked: LayerRequest) -> Response:
    """A transposed convolution: what it makes of a map, and each form that `include` names."""
    choose(request, (JSON,))
    return document_answer(answer_layer(asked, runner=workshop().run))


@layers.route("/v1/layers/solve", methods=["POST"])
@layers.arguments(QuestionSchema, examples=QUESTIONS)
@layers.response(200, SolutionsSchema)
@layers.problems(*BODY_CODES, *FIELD_CODES)
def solve_layer(asked: SolveRequest) -> Response:
    """Every window that takes one size to another, per axis, best first, or why there is none."""
    choose(request, (JSON,))
    return document_answer(answer_question(asked))


@layers.route("/v1/layers/conv.svg")
@layers.arguments(ConvDrawingSchema, location="query")
@layers.response(200, PICTURE, content_type=SVG, headers=PICTURE_HEADERS)
@layers.alt_response(304, description="The client has it already.")
@layers.problems("repeated_field", "contradiction", *VALUE_CODES)
def show_conv(asked: Drawing) -> Response:
    """A convolution drawn: the layer (stepping, with `animate=true`), its matrix, its overlap."""
    choose(request, (SVG,))
    return picture_form(draw_answer(asked), request.full_path).answer(request, A_WHILE)


@layers.route("/v1/layers/conv-transpose.svg")
@layers.arguments(ConvTransposeDrawingSchema, location="query")
@layers.response(200, PICTURE, content_type=SVG, headers=PICTURE_HEADERS)
@layers.alt_response(304, description="The client has it already.")
@layers.problems("repeated_field", "contradiction", *VALUE_CODES)
def show_conv_transpose(asked: Drawing) -> Response:
    """A transposed convolution drawn as the direct one that it is; its matrix; its overlap."""
    choose(request, (SVG,))
    return picture_form(draw_answer(asked), request.full_path).answer(request, A_WHILE)
