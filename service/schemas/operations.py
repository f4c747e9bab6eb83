"""Answers about the service itself."""

from __future__ import annotations

import marshmallow as ma

from service.observability.readiness import DEGRADED, OK, READINESS_STATES


class HealthSchema(ma.Schema):
    """The web process answers."""

    status = ma.fields.String(required=True, metadata={"enum": ["ok"]})


class ReadinessSchema(ma.Schema):
    """The web process serves, be it slower than it might."""

    status = ma.fields.String(required=True, metadata={"enum": [OK, DEGRADED]})
    parts = ma.fields.Dict(
        required=True,
        keys=ma.fields.String(),
        values=ma.fields.Dict(metadata={"additionalProperties": True}),
        metadata={
            "description": "What each part says of itself, by name; `state` is one of"
            f" {', '.join(READINESS_STATES)}."
        },
    )
