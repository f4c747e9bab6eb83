"""Sweeps and what else outlasts a request: handed in, followed, had, cancelled."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.access.client import current_owner
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import JSON, negotiate_media_type
from service.jobs.events import event_stream_response, read_listener
from service.jobs.job_response import accepted_response, job_response
from service.jobs.job_service import current_job_service
from service.jobs.results import JSON_LINES, result_response
from service.openapi.job_examples import (
    IDEMPOTENCY_KEY,
    JOB_PARAMETER,
    LAST_EVENT_ID,
    SUBMISSION_HEADERS,
    SWEEP_EXAMPLES,
)
from service.schemas.design import DesignSchema
from service.schemas.jobs import JobSchema, SweepRowSchema, SweepSchema

jobs = Blueprint("jobs", __name__, description="What outlasts a request.")

EVENT_STREAM_BODY = {
    "type": "string",
    "description": "Events `job`, `row` and `end` (text/event-stream).",
}

SWEEP_CODES = (
    "invalid_request",
    "missing_field",
    "unknown_field",
    "not_an_integer",
    "not_a_choice",
    "not_a_boolean",
    "not_a_list",
    "not_an_object",
    "wrong_length",
    "out_of_range",
    "contradiction",
    "too_many_elements",
    "illegal_layer",
    "critic_with_batch_norm",
    "spectral_generator",
    "labels_without_latent",
    "too_many_rows",
    "bad_idempotency_key",
    "idempotency_key_reused",
    "not_acceptable",
)
"""What a sweep can run into before it is queued."""

JOB_CODES = ("unknown_field", "no_job", "not_acceptable", "jobs_unavailable")


@jobs.route("/v1/sweeps", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
@jobs.arguments(SweepSchema, examples=SWEEP_EXAMPLES)
@jobs.response(202, JobSchema, headers=SUBMISSION_HEADERS)
@jobs.problems(*BODY_CODES, *SWEEP_CODES, "jobs_unavailable")
def create_sweep(document: object) -> Response:
    """A job that makes all designs of a list, or of a grid.

    What is wrong with a row is told before anything is queued; what a row runs into later is told
    in its place, and the others go on. With an `Idempotency-Key`, sending the same again gives the
    same job.
    """
    negotiate_media_type(request, (JSON,))
    key = request.headers.get("Idempotency-Key")
    return accepted_response(
        current_job_service().submit_sweep(document, owner=current_owner(), key=key)
    )


@jobs.route("/v1/jobs/<string:job_id>", parameters=[JOB_PARAMETER])
@jobs.response(200, JobSchema)
@jobs.problems(*JOB_CODES)
def show_job(job_id: str) -> Response:
    """How a job stands."""
    negotiate_media_type(request, (JSON,))
    return job_response(current_job_service().find(job_id, owner=current_owner()))


@jobs.route("/v1/jobs/<string:job_id>", methods=["DELETE"], parameters=[JOB_PARAMETER])
@jobs.response(200, JobSchema)
@jobs.problems(*JOB_CODES)
def cancel_job(job_id: str) -> Response:
    """The job, cancelled: what was done stays readable. One that has ended stays as it is."""
    negotiate_media_type(request, (JSON,))
    return job_response(current_job_service().cancel(job_id, owner=current_owner()))


@jobs.route("/v1/jobs/<string:job_id>/events", parameters=[JOB_PARAMETER, LAST_EVENT_ID])
@jobs.response(200, EVENT_STREAM_BODY, content_type="text/event-stream")
@jobs.alt_response(204, description="The job has ended and the listener has every event.")
@jobs.problems("unknown_field", "no_job", "bad_event_id", "too_many_listeners", "jobs_unavailable")
def follow_job(job_id: str) -> Response:
    """Each row as it comes (`row`), how the job stands (`job`), and its end (`end`).

    Ids number the rows as they come: with `Last-Event-ID` a listener goes on where it was cut off.
    In long silence a comment comes every 15 seconds.
    """
    job = current_job_service().find(job_id, owner=current_owner())
    listener = read_listener(request, job, limit=current_job_service().config.job_listeners)
    return event_stream_response(request, current_job_service().store, job, listener)


@jobs.route("/v1/jobs/<string:job_id>/result", parameters=[JOB_PARAMETER])
@jobs.response(200, SweepRowSchema, content_type=JSON_LINES)
@jobs.alt_response(200, schema=DesignSchema, content_type=JSON)
@jobs.problems(*JOB_CODES, "job_not_done")
def show_result(job_id: str) -> Response:
    """The rows that are there, one JSON object a line, in the order of the request.

    A job of one design has the design, or the problem that it ran into, as `/v1/designs` gives it.
    """
    job = current_job_service().find(job_id, owner=current_owner())
    return result_response(request, current_job_service().store, job)
