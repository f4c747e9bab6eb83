"""Designs: made from a brief, named by an id, and had in several forms."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.brief.model import Brief
from designer.pictures.design_pictures import PICTURES
from designer.pipeline.design import recall_gan
from service.designs.design_cache import shelf
from service.designs.formats import bundle_form, chosen_form, module_form, picture_form
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import A_WHILE, FOREVER, PYTHON, SVG, ZIP, Representation, choose
from service.http.response_cache import remembered
from service.jobs.job_response import deferred
from service.jobs.job_service import desk
from service.openapi.examples import BRIEFS, DESIGN_HEADERS, ID_PARAMETER
from service.openapi.job_examples import PREFER, SUBMISSION_HEADERS
from service.schemas.brief import BriefQuerySchema, BriefSchema
from service.schemas.design import DesignSchema
from service.schemas.jobs import JobSchema

designs = Blueprint("designs", __name__, description="From a brief to verified networks.")

TEXT = {"type": "string"}
BYTES = {"type": "string", "format": "binary", "contentMediaType": ZIP}

VALUE_CODES = (
    "invalid_request",
    "out_of_range",
    "wrong_length",
    "contradiction",
    "too_many_elements",
    "too_many_parameters",
    "illegal_layer",
    "no_chain",
    "search_too_large",
    "critic_with_batch_norm",
    "spectral_generator",
    "labels_without_latent",
    "no_patch",
    "norm_of_one_position",
    "taps_on_padding",
    "refused",
)
"""What the numbers of a brief can run into."""

WORD_CODES = ("not_an_integer", "not_a_boolean", "not_a_choice")
QUERY_CODES = ("missing_field", "unknown_field", *WORD_CODES, *VALUE_CODES)
FIELD_CODES = ("not_a_list", "not_an_object", *QUERY_CODES)
ANSWER_CODES = ("not_acceptable", "probe_failed", "overloaded", "accident")
JOB_CODES = ("bad_idempotency_key", "idempotency_key_reused", "jobs_unavailable")
ID_CODES = (
    "unknown_field",
    "damaged_id",
    "unknown_id_version",
    "no_such_network",
    *VALUE_CODES,
    *ANSWER_CODES,
)


@designs.route("/v1/designs", methods=["POST"])
@remembered
@designs.arguments(BriefSchema, examples=BRIEFS)
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(202, schema=JobSchema, headers=SUBMISSION_HEADERS)
@designs.alt_response(200, schema=TEXT, content_type=PYTHON)
@designs.alt_response(200, schema=BYTES, content_type=ZIP)
@designs.problems(*BODY_CODES, *FIELD_CODES, *ANSWER_CODES, *JOB_CODES)
@designs.doc(parameters=[PREFER])
def create_design(brief: Brief) -> Response:
    """The verified design of a brief.

    `Content-Location` names the design for ever. With `Accept: text/x-python` the answer is the
    module alone, with `Accept: application/zip` the bundle. With `verify: full` and
    `Prefer: respond-async` it is a job whose result is the design.
    """
    form = chosen_form()
    later = deferred(request, brief, desk())
    return later or form(shelf().design(brief)).answer(request, A_WHILE)


@designs.route("/v1/designs")
@remembered
@designs.arguments(BriefQuerySchema, location="query")
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(200, schema=TEXT, content_type=PYTHON)
@designs.alt_response(200, schema=BYTES, content_type=ZIP)
@designs.alt_response(304, description="The client has it already.")
@designs.problems("repeated_field", *QUERY_CODES, *ANSWER_CODES)
def find_design(brief: Brief) -> Response:
    """The same for curl and caches: the brief's scalar fields as query parameters."""
    form = chosen_form()
    return form(shelf().design(brief)).answer(request, A_WHILE)


@designs.route("/v1/designs/<string:design_id>", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(200, schema=TEXT, content_type=PYTHON)
@designs.alt_response(200, schema=BYTES, content_type=ZIP)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_design(design_id: str) -> Response:
    """The design that an id names: nothing is stored, and it never expires."""
    form = chosen_form()
    return form(shelf().recall(design_id)).answer(request, FOREVER)


@designs.route("/v1/designs/<string:design_id>/module.py", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, TEXT, content_type=PYTHON, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_module(design_id: str) -> Response:
    """The module: one self-contained Python text that needs torch and nothing else."""
    choose(request, (PYTHON,))
    return module_form(shelf().recall(design_id)).answer(request, FOREVER)


@designs.route("/v1/designs/<string:design_id>/bundle.zip", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, BYTES, content_type=ZIP, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_bundle(design_id: str) -> Response:
    """The module with its test, the design, the receipt, a training example and a README."""
    choose(request, (ZIP,))
    return bundle_form(shelf().recall(design_id)).answer(request, FOREVER)


@designs.route("/v1/designs/<string:design_id>/generator.svg", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, TEXT, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_generator_picture(design_id: str) -> Response:
    """The maps of the generator from the latent vector to the picture, to scale."""
    return _picture("generator", design_id).answer(request, FOREVER)


@designs.route("/v1/designs/<string:design_id>/discriminator.svg", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, TEXT, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_discriminator_picture(design_id: str) -> Response:
    """The maps of the discriminator from the picture to its verdict, to scale."""
    return _picture("discriminator", design_id).answer(request, FOREVER)


@designs.route("/v1/designs/<string:design_id>/overlap.svg", parameters=[ID_PARAMETER])
@remembered
@designs.response(200, TEXT, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="The client has it already.")
@designs.problems(*ID_CODES)
def show_overlap_picture(design_id: str) -> Response:
    """How often each position is painted, for every transposed convolution of the generator."""
    return _picture("overlap", design_id).answer(request, FOREVER)


def _picture(name: str, design_id: str) -> Representation:
    choose(request, (SVG,))
    return picture_form(PICTURES[name](recall_gan(design_id)), request.path)
