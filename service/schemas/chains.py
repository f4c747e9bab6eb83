"""Schemas of chain searches, which ``designer.pipeline.chains_json`` parses and writes."""

from __future__ import annotations

import marshmallow as ma

from designer.pipeline.chains_json import QUERY, query_from_document
from designer.validation.json_schema import list_of, nullable
from service.problems.problem_document import reason_list
from service.schemas.design import COUNT, FLAG, TEXT, WHY_REASONS, ChainSchema
from service.schemas.field_schemas import request_schema, requested
from service.schemas.fields import Answer, AnswerList

ChainQuerySchema = request_schema("ChainQuerySchema", requested(QUERY), query_from_document)
"""A search for the chains from an initial map to a picture, best first."""


class RankedChainSchema(ChainSchema):
    """A chain with the cost of its generator, stem included, and the reasons for its rank."""

    departure = Answer(COUNT)
    exact_steps = Answer(COUNT, "Number of layers that multiply every side exactly.")
    even_overlap = Answer(FLAG)
    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT)
    why = Answer(list_of(TEXT, 0))
    reasons = reason_list(WHY_REASONS)
    design_id = Answer(
        nullable(TEXT), "Id of the design with this chain; null if the service has none."
    )


class ChainsSchema(ma.Schema):
    """The chains of a search space."""

    count = Answer(COUNT, "Number of chains in the space, ignoring the budget.")
    count_text = Answer(nullable(TEXT), "The count in decimal digits, if it exceeds 2⁵³.")
    chains = AnswerList(RankedChainSchema)
    frontier = AnswerList(
        RankedChainSchema,
        "One chain for each point of the Pareto front of departure, layers,"
        " parameters and multiply-adds.",
    )
    states = Answer(COUNT, "Number of states that the search visited.")
    next = Answer(nullable(TEXT), "`cursor` of the next page.")
