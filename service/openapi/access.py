"""Keys and rate limits in the OpenAPI document: the security scheme, and 401 and 429 per path."""

from __future__ import annotations

from typing import Any

from service.access.authentication import METRICS_PATH, is_open
from service.problems.problem_document import MEDIA_TYPE

BEARER_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, required only if the operator has configured keys.",
}

PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

UNAUTHORIZED_RESPONSE = {
    "description": "A problem with one of the codes `no_key`, `wrong_key`; only if the operator has"
    " configured keys.",
    "content": PROBLEM_CONTENT,
    "headers": {
        "WWW-Authenticate": {
            "description": "How to send a key.",
            "schema": {"type": "string"},
        }
    },
}

RATE_LIMITED_RESPONSE = {
    "description": "A problem with the code `too_many_requests`; only if the operator has set a"
    " rate limit.",
    "content": PROBLEM_CONTENT,
    "headers": {
        "Retry-After": {
            "description": "Seconds to wait before a retry.",
            "schema": {"type": "integer"},
        }
    },
}


def document_access(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the security scheme, and with 401 and 429 where they can occur."""
    components = {**document["components"], "securitySchemes": {"key": BEARER_SCHEME}}
    return {
        **document,
        "paths": {path: _document_path(path, item) for path, item in document["paths"].items()},
        "components": components,
        "security": [{"key": []}, {}],  # {}: no key, if the operator has configured none
    }


def _document_path(path: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if name == "parameters" else _document_operation(path, value)
        for name, value in item.items()
    }


def _document_operation(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    if is_open(path):
        return {**operation, "security": []}
    limits = {} if path == METRICS_PATH else {"429": _limited_response(operation)}
    responses = {**operation["responses"], "401": UNAUTHORIZED_RESPONSE, **limits}
    return {**operation, "responses": dict(sorted(responses.items()))}


def _limited_response(operation: dict[str, Any]) -> dict[str, Any]:
    """The response 429 of rate limits, beside the operation's own one if there is one."""
    own = operation["responses"].get("429")
    if own is None:
        return RATE_LIMITED_RESPONSE
    both = f"{own['description']} {RATE_LIMITED_RESPONSE['description']}"
    return {**RATE_LIMITED_RESPONSE, "description": both}
