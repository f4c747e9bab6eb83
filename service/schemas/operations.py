"""Answers about the service itself."""

from __future__ import annotations

import marshmallow as ma


class HealthSchema(ma.Schema):
    """The web process answers."""

    status = ma.fields.String(required=True, metadata={"enum": ["ok"]})
