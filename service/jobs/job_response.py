"""HTTP responses for jobs: accepted, or the current state."""

from __future__ import annotations

from dataclasses import replace

from flask import Request
from werkzeug import Response
from werkzeug.http import parse_list_header

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.pipeline.make_design import design
from service.access.client import current_client, current_owner
from service.designs.formats import document_response
from service.jobs.job import Job, job_document, job_path
from service.jobs.job_service import JobService, Submitter

RESPOND_ASYNC = "respond-async"


def defer_if_preferred(request: Request, brief: Brief, job_service: JobService) -> Response | None:
    """The 202 response to a request for a level ``full`` design that prefers a job; else None.

    The design is computed without verification first, so that a refusal is immediate.
    """
    preferences = parse_list_header(request.headers.get("Prefer", ""))
    names = {preference.partition(";")[0].strip().lower() for preference in preferences}
    if RESPOND_ASYNC not in names or brief.verify is not Level.FULL:
        return None
    design(replace(brief, verify=Level.NONE))
    response = accepted_response(job_service.submit_design(brief, read_submitter(request)))
    response.headers["Preference-Applied"] = RESPOND_ASYNC
    return response


def read_submitter(request: Request) -> Submitter:
    """Who submits a job by a request."""
    key = request.headers.get("Idempotency-Key")
    return Submitter(owner=current_owner(), client=current_client(), key=key)


def accepted_response(job: Job) -> Response:
    """The 202 response to a request that was queued as a job."""
    response = job_response(job)
    response.status_code = 202
    response.headers["Location"] = job_path(job)
    return response


def job_response(job: Job) -> Response:
    """The response with a job's current state."""
    response = document_response(job_document(job))
    response.headers["Cache-Control"] = "no-store"
    return response
