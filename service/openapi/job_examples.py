"""Examples, headers and parameters of sweeps and jobs in the OpenAPI document."""

from __future__ import annotations

from typing import Any

SWEEP_EXAMPLES: dict[str, Any] = {
    "grid": {
        "summary": "Three sizes with two latent vectors: six rows, without verification",
        "value": {
            "grid": {"resolution": [32, 48, 64], "latent_dim": [64, 128]},
            "verify": "none",
        },
    },
    "designs": {
        "summary": "Two briefs, each as for `/v1/designs`",
        "value": {
            "designs": [
                {"resolution": 28, "latent_dim": 64, "channels": 1, "base_channels": 8},
                {"resolution": [45, 80], "latent_dim": 64, "base_channels": 8},
            ]
        },
    },
}
"""Example sweeps by name; tests send each of them."""

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
