"""Status 414 in the OpenAPI document: the first line of any request may be too long."""

from __future__ import annotations

from typing import Any

from service.openapi.access import PROBLEM_CONTENT

MAX_REQUEST_LINE = 8190
"""Bytes of a request's first line, which gunicorn bounds."""

TOO_LONG = (
    "A problem with the code `bad_request`: the first line of the request has more than"
    f" {MAX_REQUEST_LINE:,} bytes."
)
SHORTER_ID = "A shorter id beyond its `maxLength` is one that does not exist: 404."


def document_long_paths(document: dict[str, Any]) -> dict[str, Any]:
    """The document with 414 on every path."""
    paths = {path: _document_path(path, item) for path, item in document["paths"].items()}
    return {**document, "paths": paths}


def _document_path(path: str, item: dict[str, Any]) -> dict[str, Any]:
    text = f"{TOO_LONG} {SHORTER_ID}" if "{" in path else TOO_LONG
    return {
        name: value if name == "parameters" else _document_operation(value, text)
        for name, value in item.items()
    }


def _document_operation(operation: dict[str, Any], description: str) -> dict[str, Any]:
    too_long = {"description": description, "content": PROBLEM_CONTENT}
    responses = {**operation["responses"], "414": too_long}
    return {**operation, "responses": dict(sorted(responses.items()))}
