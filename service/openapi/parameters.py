"""Headers and parameters in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from designer.brief.permalink import MAX_ID_LENGTH


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


DESIGN_HEADERS: dict[str, Any] = {
    "Content-Location": _header("Permanent path of the returned representation."),
    "ETag": _header(
        "Strong and equal on every replica: it does not depend on versions on the machine."
    ),
    "Cache-Control": _header("Immutable for an id; an hour for a brief."),
    "Server-Timing": _header(
        "Milliseconds of each stage that ran: cache, solve, assemble, render, verify."
    ),
    "X-Request-ID": _header("The request id sent by the client, or a generated one."),
}

PICTURE_HEADERS: dict[str, Any] = {
    name: DESIGN_HEADERS[name] for name in ("Content-Location", "ETag", "X-Request-ID")
} | {"Cache-Control": _header("An hour.")}

ID_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "design_id",
    "description": "The `id` of a design, which contains the brief and the chosen windows.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH},
    "example": "1i9tRKcOaA3QVUKiJiBsgM7xtJC0A9hyD3yDo",
}

SUBMISSION_HEADERS: dict[str, Any] = {
    "Location": {"description": "Path of the job.", "schema": {"type": "string"}},
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A key chosen by the client: the same request with it returns the same job.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

PREFER: dict[str, Any] = {
    "in": "header",
    "name": "Prefer",
    "description": "`respond-async` (RFC 7240): with `verify: full`, the response is 202 and a job;"
    " `Idempotency-Key` works as for a sweep.",
    "schema": {"type": "string"},
}

LAST_EVENT_ID: dict[str, Any] = {
    "in": "header",
    "name": "Last-Event-ID",
    "description": "Id of the last event received; browsers send it automatically.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
}

JOB_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "job_id",
    "description": "The `id` of a job.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}
