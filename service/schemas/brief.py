"""Schemas of a brief, the request of `/v1/designs`, as a body and as a query string."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import SCALARS
from designer.brief.model import BRIEF, Brief
from designer.brief.options import DISCRIMINATOR, INITIAL_MAP
from designer.brief.search_space import BUDGET, SEARCH
from designer.brief.window_rules import WINDOW
from designer.limits import MAX_SIGNAL_LENGTH, MIN_SIDE
from designer.validation.json_schema import integer
from service.schemas.field_schemas import queried, query_values, requested

SCALARS_FIRST = sorted(BRIEF, key=lambda row: row.kind not in SCALARS)

SIDE = integer(MIN_SIDE, MAX_SIGNAL_LENGTH)

WindowSchema = ma.Schema.from_dict(requested(WINDOW), name="WindowSchema")
"""The window of one layer; every field is one value per axis, or one for all axes."""

SearchSchema = ma.Schema.from_dict(requested(SEARCH), name="SearchSchema")
"""The search space; missing fields take the defaults in docs/solver.md."""

BudgetSchema = ma.Schema.from_dict(requested(BUDGET), name="BudgetSchema")
"""Limits on the generator; null means no limit."""

InitialMapSchema = ma.Schema.from_dict(requested(INITIAL_MAP), name="InitialMapSchema")
"""Initial map of a decoder, given instead of a latent vector."""

DiscriminatorSchema = ma.Schema.from_dict(requested(DISCRIMINATOR), name="DiscriminatorSchema")
"""Options of the discriminator."""


class BriefSchema(ma.Schema):
    """The request for a design."""

    class Meta:
        """Holds the fields."""

        include = requested(
            SCALARS_FIRST,
            initial_map=InitialMapSchema,
            discriminator=DiscriminatorSchema,
            search=SearchSchema,
            chain=WindowSchema,
            budget=BudgetSchema,
        )

    def load(self, data: object, **_: object) -> Brief:
        """The brief in a JSON body, parsed by the library."""
        return brief_from_document(data)


class BriefQuerySchema(ma.Schema):
    """The scalar fields of a brief as query parameters."""

    has_nulls = False

    class Meta:
        """Holds the fields."""

        include = queried(SCALARS_FIRST)

    def load(self, data: object, **_: object) -> Brief:
        """The brief in a query string, with digits as integers and true and false as booleans."""
        return brief_from_document(query_values(data, BRIEF))
