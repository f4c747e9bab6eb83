"""Designs by brief and by id, in several formats."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.brief.model import Brief
from designer.pictures.design_pictures import PICTURE_DRAWERS
from designer.pipeline.make_design import recall_gan
from service.designs.design_cache import current_design_cache
from service.designs.formats import (
    bundle_representation,
    choose_representation,
    module_representation,
    picture_representation,
)
from service.http.blueprint import BODY_CODES, PROOF_CODES, VALUE_CODES, Blueprint
from service.http.representation import (
    CACHED_FOR_AN_HOUR,
    IMMUTABLE,
    PYTHON,
    SVG,
    ZIP,
    Representation,
    negotiate_media_type,
)
from service.http.response_cache import cache_responses
from service.jobs.job_response import defer_if_preferred
from service.jobs.job_service import current_job_service
from service.openapi.examples import BRIEF_EXAMPLES
from service.openapi.parameters import DESIGN_HEADERS, ID_PARAMETER, PREFER, SUBMISSION_HEADERS
from service.schemas.brief import BriefQuerySchema, BriefSchema
from service.schemas.design import DesignSchema
from service.schemas.jobs import JobSchema

designs = Blueprint("designs", __name__, description="Verified networks for a brief.")

TEXT_BODY = {"type": "string"}
BINARY_BODY = {"type": "string", "format": "binary", "contentMediaType": ZIP}

BRIEF_CODES = (
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
"""Codes of errors in the values of a brief, besides those of any request."""

VERIFICATION_CODES = ("not_acceptable", *PROOF_CODES)
SUBMISSION_CODES = (
    "bad_idempotency_key",
    "idempotency_key_reused",
    "too_many_queued_rows",
    "jobs_unavailable",
)
ID_CODES = (
    "invalid_request",
    "unknown_field",
    "wrong_length",
    "out_of_range",
    "damaged_id",
    "unknown_id_version",
    "no_such_network",
    *BRIEF_CODES,
    *VERIFICATION_CODES,
)


@designs.route("/v1/designs", methods=["POST"])
@cache_responses
@designs.arguments(BriefSchema, examples=BRIEF_EXAMPLES)
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(202, schema=JobSchema, headers=SUBMISSION_HEADERS)
@designs.problems(*BODY_CODES, *BRIEF_CODES, *VERIFICATION_CODES, *SUBMISSION_CODES)
@designs.doc(parameters=[PREFER])
def create_design(brief: Brief) -> Response:
    """The verified design of a brief.

    `Content-Location` is the permanent path of the design. With `Accept: text/x-python` the
    response is the module only, with `Accept: application/zip` the bundle. With `verify: full` and
    `Prefer: respond-async` it is a job whose result is the design.
    """
    form = choose_representation()
    later = defer_if_preferred(request, brief, current_job_service())
    return later or form(current_design_cache().design(brief)).response(request, CACHED_FOR_AN_HOUR)


@designs.route("/v1/designs")
@cache_responses
@designs.arguments(BriefQuerySchema, location="query")
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems("repeated_field", *VALUE_CODES, *BRIEF_CODES, *VERIFICATION_CODES)
def find_design(brief: Brief) -> Response:
    """The verified design of a brief whose scalar fields are query parameters.

    Fields of objects have dots in their names: `discriminator.patch=70`, `search.strides=2,3,5`,
    `budget.parameters=1000000`; sizes are one number or one per axis, `218x178`. The names of the
    command line, such as `max_parameters`, are accepted, too. `Accept: text/x-python` gives the module
    only, `Accept: application/zip` the bundle.
    """
    form = choose_representation()
    return form(current_design_cache().design(brief)).response(request, CACHED_FOR_AN_HOUR)


@designs.route("/v1/designs/<string:design_id>", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, DesignSchema, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_design(design_id: str) -> Response:
    """The design of an id, which never expires, because the id contains the brief.

    Any replica of the service answers the same. `Accept: text/x-python` gives the module only,
    `Accept: application/zip` the bundle.
    """
    form = choose_representation()
    return form(current_design_cache().recall(design_id)).response(request, IMMUTABLE)


@designs.route("/v1/designs/<string:design_id>/module.py", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, TEXT_BODY, content_type=PYTHON, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_module(design_id: str) -> Response:
    """The module: self-contained Python source that imports only torch.

    It is the text that the receipt of the design is about; its widths are arguments with the values
    of the design as defaults.
    """
    negotiate_media_type(request, (PYTHON,))
    return module_representation(current_design_cache().recall(design_id)).response(
        request, IMMUTABLE
    )


@designs.route("/v1/designs/<string:design_id>/bundle.zip", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, BINARY_BODY, content_type=ZIP, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_bundle(design_id: str) -> Response:
    """The module with its test, the design, the receipt, training and a README.

    The archive is the same, byte for byte, on every machine.
    """
    negotiate_media_type(request, (ZIP,))
    return bundle_representation(current_design_cache().recall(design_id)).response(
        request, IMMUTABLE
    )


@designs.route("/v1/designs/<string:design_id>/generator.svg", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, TEXT_BODY, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_generator_picture(design_id: str) -> Response:
    """The feature maps of the generator from the latent vector to the picture, to scale.

    Boxes are labelled with their shapes, layers with kernel size, stride and padding.
    """
    return _picture("generator", design_id).response(request, IMMUTABLE)


@designs.route("/v1/designs/<string:design_id>/discriminator.svg", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, TEXT_BODY, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_discriminator_picture(design_id: str) -> Response:
    """The feature maps of the discriminator from the picture to its output, to scale.

    Boxes are labelled with their shapes, layers with kernel size, stride and padding. A design
    without a discriminator is 404.
    """
    return _picture("discriminator", design_id).response(request, IMMUTABLE)


@designs.route("/v1/designs/<string:design_id>/overlap.svg", parameters=[ID_PARAMETER])
@cache_responses
@designs.response(200, TEXT_BODY, content_type=SVG, headers=DESIGN_HEADERS)
@designs.alt_response(304, description="Not modified: the client has the current version.")
@designs.problems(*ID_CODES)
def show_overlap_picture(design_id: str) -> Response:
    """The overlap of every transposed convolution of the generator, per position.

    Uneven numbers of contributions are the cause of checkerboard patterns. Below them is the gradient
    that the discriminator hands back to each pixel.
    """
    return _picture("overlap", design_id).response(request, IMMUTABLE)


def _picture(name: str, design_id: str) -> Representation:
    negotiate_media_type(request, (SVG,))
    return picture_representation(PICTURE_DRAWERS[name](recall_gan(design_id)), request.path)
