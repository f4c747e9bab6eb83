"""What the OpenAPI document shows of sweeps and jobs."""

from __future__ import annotations

from typing import Any

SWEEP_EXAMPLES: dict[str, Any] = {
    "grid": {
        "summary": "Three sizes with two latent vectors: six rows, their texts not run",
        "value": {
            "grid": {"resolution": [32, 48, 64], "latent_dim": [64, 128]},
            "verify": "none",
        },
    },
    "designs": {
        "summary": "Two briefs, each as `/v1/designs` takes it",
        "value": {
            "designs": [
                {"resolution": 28, "latent_dim": 64, "channels": 1, "base_channels": 8},
                {"resolution": [45, 80], "latent_dim": 64, "base_channels": 8},
            ]
        },
    },
}
"""Sweeps by name; tests send every one of them."""

SUBMISSION_HEADERS: dict[str, Any] = {
    "Location": {"description": "The job.", "schema": {"type": "string"}},
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A name of the client's own for this request: sent again, it gives the same job.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

PREFER: dict[str, Any] = {
    "in": "header",
    "name": "Prefer",
    "description": "`respond-async` (RFC 7240): with `verify: full`, answer 202 and a job; an"
    " `Idempotency-Key` counts as for a sweep.",
    "schema": {"type": "string"},
}

LAST_EVENT_ID: dict[str, Any] = {
    "in": "header",
    "name": "Last-Event-ID",
    "description": "The id of the last event that the listener has; browsers send it themselves.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
}

JOB_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "job_id",
    "description": "A job's `id`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}
