"""Schemas of health and readiness."""

from __future__ import annotations

import marshmallow as ma

from service.observability.readiness import DEGRADED, OK, READINESS_STATES


class HealthSchema(ma.Schema):
    """Health of the web process."""

    status = ma.fields.String(required=True, metadata={"enum": ["ok"]})


class ReadinessSchema(ma.Schema):
    """Readiness of the web process; `degraded` means that it serves more slowly."""

    status = ma.fields.String(required=True, metadata={"enum": [OK, DEGRADED]})
    parts = ma.fields.Dict(
        required=True,
        keys=ma.fields.String(),
        values=ma.fields.Dict(metadata={"additionalProperties": True}),
        metadata={
            "description": "State of each part by name; `state` is one of"
            f" {', '.join(READINESS_STATES)}. That of `verifier` lists the layers of the sandbox."
        },
    )
