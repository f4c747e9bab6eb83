"""flask-smorest's Api with problem documents for every error that the application sees."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from designer.errors import DesignerError
from service.problems.problem_document import (
    ProblemError,
    designer_error_response,
    problem_response,
)
from service.problems.registry import PROBLEMS

logger = logging.getLogger("gan_designer.service")


class ProblemApi(Api):  # type: ignore[misc]
    """The Api whose errors are problem documents.

    The methods are flask-smorest's own and private: that they are still called is tested.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None
    _app: Flask

    def _register_responses(self) -> None:
        """Views declare their problems themselves."""

    def _register_pagination_header(self) -> None:
        """Pages are told in bodies."""

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(ProblemError, handle_problem_error)
        self._app.register_error_handler(DesignerError, handle_designer_error)
        self._app.register_error_handler(HTTPException, handle_http_error)
        self._app.register_error_handler(Exception, handle_unexpected_error)


def handle_problem_error(error: ProblemError) -> Response:
    """The answer to a message that could not be read."""
    return problem_response(PROBLEMS[error.code], detail=error.detail, facts=error.facts)


def handle_designer_error(error: DesignerError) -> Response:
    """The answer to numbers that the library refuses."""
    return designer_error_response(error)


def handle_http_error(error: HTTPException) -> Response | HTTPException:
    """The answer to what werkzeug refuses; redirections pass as they are."""
    if error.code not in _BY_STATUS:
        return error if error.code and error.code < 400 else handle_unexpected_error(error)
    code, detail = _BY_STATUS[error.code]
    facts: dict[str, Any] = {}
    if isinstance(error, MethodNotAllowed):
        facts["allowed"] = sorted(error.valid_methods or ())
    if error.code == 413:
        facts["maximum"] = request.max_content_length
    response = problem_response(
        PROBLEMS[code], detail=detail.format(**_format_facts(facts)), facts=facts
    )
    if "allowed" in facts:
        response.headers["Allow"] = ", ".join(facts["allowed"])
    return response


def _format_facts(facts: dict[str, Any]) -> dict[str, str]:
    """Facts as a sentence writes them."""
    return {
        name: ", ".join(fact) if isinstance(fact, list) else str(fact)
        for name, fact in facts.items()
    }


def handle_unexpected_error(error: Exception) -> Response:
    """The answer to a fault of ours: it is logged with the request's id and not told outside."""
    request_id = g.get("request_id", "")
    logger.error("fault", exc_info=error, extra={"request_id": request_id})
    return problem_response(
        PROBLEMS["internal_error"],
        detail="the service met a fault of its own; the request is logged under its id",
        facts={"request_id": request_id},
    )


_BY_STATUS = {
    400: ("bad_request", "the request cannot be read"),
    404: ("not_found", "the path leads to no resource"),
    405: ("method_not_allowed", "the resource knows {allowed} only"),
    413: ("body_too_large", "the body is larger than {maximum} bytes"),
    415: ("unsupported_media_type", "the body must be application/json"),
}
