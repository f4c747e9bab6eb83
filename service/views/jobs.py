"""Sweeps and jobs: submission, state, events, result and cancellation."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.access.client import current_owner
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import JSON, negotiate_media_type
from service.jobs.events import event_stream_response, read_listener
from service.jobs.job_response import accepted_response, job_response, read_submitter
from service.jobs.job_service import current_job_service
from service.jobs.results import JSON_LINES, result_response
from service.openapi.examples import SWEEP_EXAMPLES
from service.openapi.parameters import (
    IDEMPOTENCY_KEY,
    JOB_PARAMETER,
    LAST_EVENT_ID,
    SUBMISSION_HEADERS,
)
from service.schemas.design import DesignSchema
from service.schemas.jobs import JobSchema, SweepRowSchema, SweepSchema
from service.schemas.trials import TrialSchema

jobs = Blueprint("jobs", __name__, description="Work that outlasts its request.")

EVENT_STREAM_BODY = {
    "type": "string",
    "description": "Events `job`, `row` and `end` (text/event-stream).",
}

SWEEP_CODES = (
    "contradiction",
    "too_many_elements",
    "illegal_layer",
    "critic_with_batch_norm",
    "spectral_generator",
    "labels_without_latent",
    "too_many_rows",
    "bad_idempotency_key",
    "idempotency_key_reused",
    "too_many_queued_rows",
    "not_acceptable",
)
"""Codes of errors of a sweep before it is queued, besides those of any body."""

JOB_CODES = ("unknown_field", "no_job", "not_acceptable", "jobs_unavailable")


@jobs.route("/v1/sweeps", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
@jobs.arguments(SweepSchema, examples=SWEEP_EXAMPLES)
@jobs.response(202, JobSchema, headers=SUBMISSION_HEADERS)
@jobs.problems(*BODY_CODES, *SWEEP_CODES, "jobs_unavailable")
def create_sweep(document: object) -> Response:
    """A job that computes all designs of a list or a grid.

    The request is refused if a row is invalid; a problem that a row meets later is stored in its
    result, and the other rows continue. With an `Idempotency-Key`, sending the same request again
    returns the same job.
    """
    negotiate_media_type(request, (JSON,))
    return accepted_response(current_job_service().submit_sweep(document, read_submitter(request)))


@jobs.route("/v1/jobs/<string:job_id>", parameters=[JOB_PARAMETER])
@jobs.response(200, JobSchema)
@jobs.problems(*JOB_CODES)
def show_job(job_id: str) -> Response:
    """The state of a job.

    `links` lead to its events and its result.
    """
    negotiate_media_type(request, (JSON,))
    return job_response(current_job_service().find(job_id, owner=current_owner()))


@jobs.route("/v1/jobs/<string:job_id>", methods=["DELETE"], parameters=[JOB_PARAMETER])
@jobs.response(200, JobSchema)
@jobs.problems(*JOB_CODES)
def cancel_job(job_id: str) -> Response:
    """The cancelled job, whose finished rows remain. A job that has ended does not change.

    The row that is being computed is stopped.
    """
    negotiate_media_type(request, (JSON,))
    return job_response(current_job_service().cancel(job_id, owner=current_owner()))


@jobs.route("/v1/jobs/<string:job_id>/events", parameters=[JOB_PARAMETER, LAST_EVENT_ID])
@jobs.response(200, EVENT_STREAM_BODY, content_type="text/event-stream")
@jobs.alt_response(204, description="The job has ended and the client has every event.")
@jobs.problems("unknown_field", "no_job", "bad_event_id", "too_many_listeners", "jobs_unavailable")
def follow_job(job_id: str) -> Response:
    """Events for each finished row (`row`), the state of the job (`job`) and its end (`end`).

    Event ids count the finished rows: with `Last-Event-ID`, a stream continues after that event.
    Without events, the service sends a comment every 15 seconds.
    """
    job = current_job_service().find(job_id, owner=current_owner())
    listener = read_listener(request, job, limit=current_job_service().config.job_listeners)
    return event_stream_response(request, current_job_service().store, job, listener)


@jobs.route("/v1/jobs/<string:job_id>/result", parameters=[JOB_PARAMETER])
@jobs.response(200, SweepRowSchema, content_type=JSON_LINES)
@jobs.alt_response(200, schema={"oneOf": [DesignSchema, TrialSchema]}, content_type=JSON)
@jobs.problems(*JOB_CODES, "job_not_done")
def show_result(job_id: str) -> Response:
    """The finished rows, one JSON object per line, in the order of the request.

    The result of a job of one design is the design or its problem, as `/v1/designs` returns it; that
    of a trial the answer with its finished seeds, or the problem of the first if none could be fitted.
    """
    job = current_job_service().find(job_id, owner=current_owner())
    return result_response(request, current_job_service().store, job)
