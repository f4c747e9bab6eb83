"""Strict parsers for JSON bodies and query strings, with size limits.

The schemas pass the parsed values to the library, which reads the fields.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from designer.errors import InvalidRequest
from designer.validation.field_validators import (
    escape_pointer,
    field_error,
    refuse,
    short_text,
    short_value,
)
from service.problems.problem_document import ProblemError

MAX_JSON_DEPTH = 32
"""Maximum nesting depth of a body."""

MAX_INTEGER_DIGITS = 60
"""Maximum number of digits of an integer."""


class StrictParser(FlaskParser):
    """webargs parser that uses the functions of this module."""

    def load_json(self, req: Request, schema: object) -> object:
        """The body as JSON values."""
        refuse_media_type(req)
        return parse_json(read_body(req))

    def load_querystring(self, req: Request, schema: object) -> object:
        """The query parameters, each at most once."""
        return read_query(req.args)


def read_body(request: Request) -> bytes:
    """All bytes of the body.

    Raises:
        RequestEntityTooLarge: if the body exceeds the size limit.
        ProblemError: bad_request, if the body has a transfer coding other than chunked, or is
            incomplete. Servers raise their own exceptions for that, not HTTP exceptions.
    """
    refuse_transfer_coding(request)
    try:
        body = request.get_data(cache=False)
        # Without Content-Length werkzeug stops at the limit without an error.
        if len(body) == request.max_content_length and request.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge
    except HTTPException:
        raise
    except Exception as error:
        raise ProblemError("bad_request", "the body is incomplete or malformed") from error
    # gunicorn returns an incomplete body without an error if the client disconnects.
    if request.content_length is not None and len(body) != request.content_length:
        raise ProblemError(
            "bad_request",
            f"the body is incomplete: {len(body)} of {request.content_length} bytes arrived",
            announced=request.content_length,
            received=len(body),
        )
    return body


def refuse_transfer_coding(request: Request) -> None:
    """Refuse compressed transfer codings, which gunicorn does not decode.

    Raises:
        ProblemError: bad_request.
    """
    coding = request.headers.get("Transfer-Encoding", "chunked").strip().lower()
    if coding != "chunked":
        raise ProblemError(
            "bad_request",
            f"the transfer coding must be chunked, got {short_text(coding)}",
            accepted="chunked",
        )


def refuse_media_type(request: Request) -> None:
    """Refuse bodies that are not application/json in UTF-8.

    Raises:
        ProblemError: unsupported_media_type.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if request.mimetype == "application/json" and charset == "utf-8" and coding == "identity":
        return
    raise ProblemError(
        "unsupported_media_type",
        "the body must be application/json in UTF-8 without content coding, got"
        f" {short_text(request.content_type or 'no Content-Type')}",
        accepted="application/json",
    )


def parse_json(body: bytes) -> object:
    """The JSON value of a body.

    >>> parse_json(b'{"resolution": 64}')
    {'resolution': 64}

    Raises:
        ProblemError: empty_body, malformed_json, integer_too_long or nested_too_deep.
    """
    if not body.strip():
        raise ProblemError("empty_body", "the body is empty; a JSON object is required")
    try:
        text = body.decode()
        value = _DECODER.decode(text)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        refuse_nested_too_deep()
    except UnicodeError as error:
        raise ProblemError("malformed_json", "the body is not valid UTF-8") from error
    except json.JSONDecodeError as error:
        raise ProblemError(
            "malformed_json",
            f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            line=error.lineno,
            column=error.colno,
        ) from error
    refuse_deep_nesting(value)
    return value


def refuse_deep_nesting(value: object) -> None:
    """Refuse values nested deeper than ``MAX_JSON_DEPTH``, without recursion.

    Raises:
        ProblemError: nested_too_deep.
    """
    level = [value]
    for _ in range(MAX_JSON_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
    if any(isinstance(inner, list | dict) for inner in level):
        refuse_nested_too_deep()


def refuse_nested_too_deep() -> NoReturn:
    """Refuse a body that is nested too deeply.

    Raises:
        ProblemError: nested_too_deep, always.
    """
    raise ProblemError(
        "nested_too_deep",
        f"the body is nested deeper than {MAX_JSON_DEPTH} levels",
        maximum=MAX_JSON_DEPTH,
    )


def read_query(query: MultiDict[str, str]) -> dict[str, str]:
    """The query's parameters by name.

    Raises:
        InvalidRequest: if a parameter is repeated.
    """
    repeated = [
        field_error(
            f"/{escape_pointer(name)}",
            "repeated_field",
            {"got": short_text(name)},
            count=len(values),
        )
        for name, values in query.lists()
        if len(values) > 1
    ]
    if repeated:
        raise InvalidRequest(repeated)
    return query.to_dict()


def refuse_query(query: MultiDict[str, str]) -> None:
    """Refuse all query parameters, which a client may have meant for the body.

    Raises:
        InvalidRequest: naming each parameter.
    """
    refuse(
        [
            field_error(
                f"/{escape_pointer(name)}",
                "unknown_field",
                {"got": short_text(name)},
                sentence="unknown_parameter",
                field=short_value(name),
                known=[],
            )
            for name in query
        ]
    )


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _read_integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ProblemError(
            "integer_too_long",
            f"the body has an integer of {len(digits)} digits, the limit is {MAX_INTEGER_DIGITS}",
            digits=len(digits),
            maximum=MAX_INTEGER_DIGITS,
        )
    return int(digits)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise ProblemError(
            "malformed_json", f"the name {short_text(twice)} appears twice in an object"
        )
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise ProblemError("malformed_json", f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    parse_int=_read_integer, parse_constant=_refuse_constant, object_pairs_hook=_read_object
)
