"""Status 414 in the OpenAPI document, on every path that holds an id of the client."""

from __future__ import annotations

from typing import Any

from service.openapi.access import PROBLEM_CONTENT

MAX_REQUEST_LINE = 8190
"""Bytes of a request's first line, which gunicorn bounds."""

TOO_LONG_RESPONSE = {
    "description": "A problem with the code `bad_request`: the first line of the request, with the"
    f" id, has more than {MAX_REQUEST_LINE:,} bytes. A shorter id beyond its `maxLength` is one"
    " that does not exist: 404.",
    "content": PROBLEM_CONTENT,
}


def document_long_paths(document: dict[str, Any]) -> dict[str, Any]:
    """The document with 414 where a path has a parameter."""
    paths = {
        path: _document_path(item) if "{" in path else item
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _document_path(item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if name == "parameters" else _document_operation(value)
        for name, value in item.items()
    }


def _document_operation(operation: dict[str, Any]) -> dict[str, Any]:
    responses = {**operation["responses"], "414": TOO_LONG_RESPONSE}
    return {**operation, "responses": dict(sorted(responses.items()))}
