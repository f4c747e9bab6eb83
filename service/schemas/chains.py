"""Chains without networks. ``designer.pipeline.chains_json`` reads and answers; here it is described."""

from __future__ import annotations

import marshmallow as ma

from designer import limits
from designer.chains import ChainQuery
from designer.pipeline.chains_json import query_from_document
from service.schemas.brief import SIDE, BudgetSchema, SearchSchema
from service.schemas.design import COUNT, FLAG, TEXT, ChainSchema
from service.schemas.fields import (
    Documented,
    described,
    integer,
    list_of,
    nullable,
    per_axis,
)


class ChainQuerySchema(ma.Schema):
    """From a first map to a picture: every chain of the space, the best first."""

    to = Documented(
        per_axis(SIDE),
        **described(
            "Size of the picture, as `resolution` of a brief: height before width (depth first).",
            required=True,
        ),
    )
    dimensions = Documented(integer(1, 3), **described("Number of axes, for an integer `to`."))
    search = ma.fields.Nested(SearchSchema, allow_none=True, load_default=None)
    budget = ma.fields.Nested(BudgetSchema, allow_none=True, load_default=None)
    limit = Documented(
        integer(1, limits.MAX_CHAINS), **described("Most chains of one answer.", load_default=10)
    )
    cursor = Documented(
        TEXT, **described("`next` of the answer before, with the same request; null: the best.")
    )
    latent_dim = Documented(integer(1, limits.MAX_LATENT_DIM), load_default=100)
    channels = Documented(integer(1, limits.MAX_CHANNELS), load_default=3)
    base_channels = Documented(integer(1, limits.MAX_WIDTH), load_default=64)
    max_channels = Documented(integer(1, limits.MAX_WIDTH), load_default=512)
    classes = Documented(
        nullable(integer(2, limits.MAX_CLASSES)),
        **described("Number of classes, whose labels join the latent vector; null: none."),
    )

    class Meta:
        """``from`` is a word of Python's own."""

        include = {  # noqa: RUF012 - marshmallow reads it once
            "from": Documented(
                per_axis(integer(1, limits.MAX_SIGNAL_LENGTH)),
                **described("Size of the first map; null: the solver's choice."),
            )
        }

    def load(self, data: object, **_: object) -> ChainQuery:
        """The question of a JSON body, read by the library."""
        return query_from_document(data)


class RankedChainSchema(ChainSchema):
    """A chain, what its generator costs (stem included), and why it stands where it does."""

    departure = Documented(COUNT, required=True)
    exact_steps = Documented(
        COUNT, **described("Layers that multiply every side exactly.", required=True)
    )
    even_overlap = Documented(FLAG, required=True)
    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(COUNT, required=True)
    why = Documented(list_of(TEXT, 0), required=True)
    design_id = Documented(
        nullable(TEXT),
        **described("The design with this chain; null where none is served.", required=True),
    )


class ChainsSchema(ma.Schema):
    """What a space of chains holds."""

    count = Documented(
        COUNT, **described("Chains in the space, whatever the budget.", required=True)
    )
    count_text = Documented(
        nullable(TEXT), **described("The count in digits, past 2⁵³.", required=True)
    )
    chains = ma.fields.List(ma.fields.Nested(RankedChainSchema), required=True)
    frontier = ma.fields.List(
        ma.fields.Nested(RankedChainSchema),
        required=True,
        metadata={
            "description": "One chain for each point that no other beats in departure, layers,"
            " parameters and multiply-adds."
        },
    )
    states = Documented(COUNT, **described("The search's effort.", required=True))
    next = Documented(
        nullable(TEXT), **described("`cursor` of the page after this one.", required=True)
    )
