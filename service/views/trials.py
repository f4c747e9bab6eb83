"""Trials: the networks of a design, fitted to fixed pictures by a job."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.pipeline.trial import Trial
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import JSON, negotiate_media_type
from service.jobs.job_response import accepted_response, read_submitter
from service.jobs.job_service import current_job_service
from service.openapi.examples import TRIAL_EXAMPLES
from service.openapi.parameters import IDEMPOTENCY_KEY, SUBMISSION_HEADERS
from service.schemas.jobs import JobSchema
from service.schemas.trials import TrialRequestSchema
from service.views.designs import BRIEF_CODES, SUBMISSION_CODES

trials = Blueprint("trials", __name__, description="Trials of designs on fixed pictures.")


@trials.route("/v1/trials", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
@trials.arguments(TrialRequestSchema, examples=TRIAL_EXAMPLES)
@trials.response(202, JobSchema, headers=SUBMISSION_HEADERS)
@trials.problems(
    *BODY_CODES,
    *BRIEF_CODES,
    "damaged_id",
    "unknown_id_version",
    "trial_too_expensive",
    "not_acceptable",
    "overloaded",
    *SUBMISSION_CODES,
)
def create_trial(trial: Trial) -> Response:
    """A job that fits the networks of a design to fixed pictures, a row for each seed.

    The generator is fitted to pairs of latent vectors and pictures, the discriminator to two halves of
    the pictures: how fast and how well says which design trains, and nothing about what it generates.
    A trial that is predicted to be too expensive is refused before it is queued. The result has the
    finished seeds, also of a cancelled job. With an `Idempotency-Key`, sending the same request again
    returns the same job.
    """
    negotiate_media_type(request, (JSON,))
    return accepted_response(current_job_service().submit_trial(trial, read_submitter(request)))
