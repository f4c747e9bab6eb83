"""Error handlers: every error that a client reads is a problem document."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from designer.errors import DesignerError
from designer.errors.cancellation import Cancelled
from service.problems.problem_document import (
    ProblemError,
    designer_error_response,
    problem_response,
)
from service.problems.problem_pages import with_page
from service.problems.registry import PROBLEMS

CLIENT_LEFT_STATUS = 499
"""Status in metrics and logs of a request whose client has left, as nginx counts it."""

logger = logging.getLogger("gan_designer.service")


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest's ``Api`` whose errors are problem documents.

    It overrides private methods of flask-smorest; a test checks that they are still called.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None
    _app: Flask

    def _register_responses(self) -> None:
        """Register none: views declare their problems."""

    def _register_pagination_header(self) -> None:
        """Register none: response bodies hold the cursor of the next page."""

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(ProblemError, handle_problem_error)
        self._app.register_error_handler(DesignerError, handle_designer_error)
        self._app.register_error_handler(HTTPException, handle_http_error)
        self._app.register_error_handler(Cancelled, handle_cancelled)
        self._app.register_error_handler(Exception, handle_unexpected_error)


def handle_problem_error(error: ProblemError) -> Response:
    """Response to a request that could not be read."""
    response = problem_response(PROBLEMS[error.code], detail=error.detail, facts=error.facts)
    return with_page(request, response, error.detail)


def handle_designer_error(error: DesignerError) -> Response:
    """Response to a request that the library refused."""
    return with_page(request, designer_error_response(error), str(error))


def handle_http_error(error: HTTPException) -> Response | HTTPException:
    """Response to an HTTP error of werkzeug; redirects pass unchanged."""
    if error.code not in _BY_STATUS:
        return error if error.code and error.code < 400 else handle_unexpected_error(error)
    code, detail = _BY_STATUS[error.code]
    facts: dict[str, Any] = {}
    if isinstance(error, MethodNotAllowed):
        facts["allowed"] = sorted(error.valid_methods or ())
    if error.code == 413:
        facts["maximum"] = request.max_content_length
    detail = detail.format(**_format_facts(facts))
    response = problem_response(PROBLEMS[code], detail=detail, facts=facts)
    if "allowed" in facts:
        response.headers["Allow"] = ", ".join(facts["allowed"])
    return with_page(request, response, detail)


def _format_facts(facts: dict[str, Any]) -> dict[str, str]:
    """Facts as text for a sentence; lists are joined by commas."""
    return {
        name: ", ".join(fact) if isinstance(fact, list) else str(fact)
        for name, fact in facts.items()
    }


def handle_cancelled(_: Cancelled) -> Response:
    """Response to a client that has left: it is not read, but it is counted and logged."""
    return Response(status=CLIENT_LEFT_STATUS)


def handle_unexpected_error(error: Exception) -> Response:
    """Response to an unexpected error, which is logged with the request id and not revealed."""
    request_id = g.get("request_id", "")
    logger.error("fault", exc_info=error, extra={"request_id": request_id})
    return problem_response(
        PROBLEMS["internal_error"],
        detail="the service failed; the error is logged under the request id",
        facts={"request_id": request_id},
    )


_BY_STATUS = {
    400: ("bad_request", "the request cannot be read"),
    404: ("not_found", "there is no resource at this path"),
    405: ("method_not_allowed", "the resource supports only {allowed}"),
    413: ("body_too_large", "the body is larger than {maximum} bytes"),
    415: ("unsupported_media_type", "the body must be application/json"),
}
