"""What the OpenAPI document says of keys and limits: on which paths they stand."""

from __future__ import annotations

from typing import Any

from service.access.authentication import METRICS_PATH, is_open
from service.problems.problem_document import MEDIA_TYPE

BEARER_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key that the operator has handed out, where any were; nowhere else is a key"
    " looked for.",
}

PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

UNAUTHORIZED_RESPONSE = {
    "description": "A problem, with one of the codes `no_key`, `wrong_key`; only where the operator"
    " has given out keys.",
    "content": PROBLEM_CONTENT,
    "headers": {
        "WWW-Authenticate": {
            "description": "How to send a key.",
            "schema": {"type": "string"},
        }
    },
}

RATE_LIMITED_RESPONSE = {
    "description": "A problem, with the code `too_many_requests`; only where the operator has set"
    " a limit.",
    "content": PROBLEM_CONTENT,
    "headers": {
        "Retry-After": {
            "description": "Seconds after which the request is worth another try.",
            "schema": {"type": "integer"},
        }
    },
}


def document_access(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its security scheme, and with 401 and 429 where they can happen."""
    components = {**document["components"], "securitySchemes": {"key": BEARER_SCHEME}}
    return {
        **document,
        "paths": {path: _document_path(path, item) for path, item in document["paths"].items()},
        "components": components,
        "security": [{"key": []}, {}],  # {}: none, where the operator has given out no keys
    }


def _document_path(path: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if name == "parameters" else _document_operation(path, value)
        for name, value in item.items()
    }


def _document_operation(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    if is_open(path):
        return {**operation, "security": []}
    limits = {} if path == METRICS_PATH else {"429": RATE_LIMITED_RESPONSE}
    responses = {**operation["responses"], "401": UNAUTHORIZED_RESPONSE, **limits}
    return {**operation, "responses": dict(sorted(responses.items()))}
