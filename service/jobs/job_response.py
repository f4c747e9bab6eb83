"""A job as an answer: taken in, or as it stands."""

from __future__ import annotations

from dataclasses import replace

from flask import Request
from werkzeug import Response
from werkzeug.http import parse_list_header

from designer.brief.model import Brief, Level
from designer.pipeline.design import design
from service.access.client import current_owner
from service.designs.formats import document_response
from service.jobs.job import Job, job_document, job_path
from service.jobs.job_service import JobService

RESPOND_ASYNC = "respond-async"


def defer_if_preferred(request: Request, brief: Brief, job_service: JobService) -> Response | None:
    """The job of a design that is long in the making, where the client would rather not wait.

    It is made up to its verification before: a brief that comes to nothing is refused at once.
    """
    preferences = parse_list_header(request.headers.get("Prefer", ""))
    names = {preference.partition(";")[0].strip().lower() for preference in preferences}
    if RESPOND_ASYNC not in names or brief.verify is not Level.FULL:
        return None
    design(replace(brief, verify=Level.NONE))
    key = request.headers.get("Idempotency-Key")
    response = accepted_response(job_service.submit_design(brief, owner=current_owner(), key=key))
    response.headers["Preference-Applied"] = RESPOND_ASYNC
    return response


def accepted_response(job: Job) -> Response:
    """The answer to a request that became a job."""
    response = job_response(job)
    response.status_code = 202
    response.headers["Location"] = job_path(job)
    return response


def job_response(job: Job) -> Response:
    """The answer that says how a job stands now."""
    response = document_response(job_document(job))
    response.headers["Cache-Control"] = "no-store"
    return response
