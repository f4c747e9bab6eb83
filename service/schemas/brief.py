"""Schemas of a brief, the request of `/v1/designs`, as a body and as a query string."""

from __future__ import annotations

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import SCALARS
from designer.brief.model import BRIEF
from service.schemas.field_schemas import request_schema, requested
from service.schemas.query_fields import queried, query_values

_SCALARS_FIRST = sorted(BRIEF, key=lambda row: row.kind not in SCALARS)

BriefSchema = request_schema(
    "BriefSchema", requested(_SCALARS_FIRST), lambda data: brief_from_document(data)
)
"""The request for a design."""

BriefQuerySchema = request_schema(
    "BriefQuerySchema",
    queried(_SCALARS_FIRST),
    lambda data: brief_from_document(query_values(data, BRIEF)),
    has_nulls=False,
)
"""The scalar fields of a brief, with digits as integers and true and false as booleans."""
