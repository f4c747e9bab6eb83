"""Responses to requests that gunicorn refuses before the application sees them.

gunicorn's own response would repeat the line that it cannot parse, which may contain a key.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)

from service.problems.problem_document import MEDIA_TYPE, problem_document
from service.problems.problem_type import ProblemType
from service.problems.registry import PROBLEMS

logger = logging.getLogger("gan_designer.requests")


class MissingHost(ParseException):  # type: ignore[misc]
    """A request of HTTP/1.1 without Host, which RFC 9112 requires servers to refuse."""


_STATUS_AND_DETAIL: dict[type[Exception], tuple[int, str]] = {
    LimitRequestLine: (414, "the first line of the request is too long"),
    LimitRequestHeaders: (431, "the request has too many headers, or too long ones"),
    ExpectationFailed: (417, "the only expectation that the service supports is 100-continue"),
    MissingHost: (400, "a request of HTTP/1.1 must have the header Host"),
    UnsupportedTransferCoding: (501, "the transfer coding of the body is not supported"),
}
_DEFAULT_STATUS_AND_DETAIL = (400, "the head of the request is malformed")


def refuse_missing_host(request: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Refuse a request of HTTP/1.1 or later without Host; gunicorn itself accepts it.

    Raises:
        MissingHost: if it has none.
    """
    if request.version >= (1, 1) and all(name.upper() != "HOST" for name, _ in request.headers):
        raise MissingHost


def is_client_error(error: Exception) -> bool:
    """Whether an error is caused by the client, not by the service.

    >>> is_client_error(ExpectationFailed("x")), is_client_error(ValueError())
    (True, False)
    """
    ours = (InvalidResponseHeader, InvalidResponseHeaderName)
    return isinstance(error, ParseException) and not isinstance(error, ours)


def gunicorn_error_response(error: Exception) -> bytes:
    """The complete HTTP response to such a request; response and log repeat nothing of the request.

    >>> gunicorn_error_response(ExpectationFailed("secret")).splitlines()[0]
    b'HTTP/1.1 417 Expectation Failed'
    """
    if is_client_error(error):
        logger.warning(
            "request refused before it was read", extra={"refusal": type(error).__name__}
        )
        status, detail = _STATUS_AND_DETAIL.get(type(error), _DEFAULT_STATUS_AND_DETAIL)
        return _http_response(replace(PROBLEMS["bad_request"], status=status), detail)
    logger.error("fault", exc_info=error)
    return _http_response(PROBLEMS["internal_error"], "the service failed")


def _http_response(problem: ProblemType, detail: str) -> bytes:
    body = json.dumps(problem_document(problem, detail=detail)).encode() + b"\n"
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        "Connection: close",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "\r\n",
    )
    return "\r\n".join(head).encode() + body
