"""Schemas of chain searches, which ``designer.pipeline.chains_json`` parses and writes."""

from __future__ import annotations

import marshmallow as ma

from designer import limits
from designer.chains import ChainQuery
from designer.pipeline.chains_json import WIDTHS, query_from_document
from designer.validation.json_schema import integer, list_of, nullable, per_axis
from service.problems.problem_document import reason_list
from service.schemas.brief import SIDE, BudgetSchema, SearchSchema
from service.schemas.design import COUNT, FLAG, TEXT, WHY_REASONS, ChainSchema
from service.schemas.field_schemas import requested
from service.schemas.fields import Answer, AnswerList, Documented


class ChainQuerySchema(ma.Schema):
    """A search for the chains from an initial map to a picture, best first."""

    to = Answer(
        per_axis(SIDE),
        "Size of the picture, as `resolution` of a brief: height before width (depth first).",
    )
    dimensions = Documented(integer(1, 3), "Number of axes, for an integer `to`.")
    search = ma.fields.Nested(SearchSchema, allow_none=True, load_default=None)
    budget = ma.fields.Nested(BudgetSchema, allow_none=True, load_default=None)
    limit = Documented(
        integer(1, limits.MAX_CHAINS), "Maximum number of chains in the response.", load_default=10
    )
    cursor = Documented(
        TEXT, "`next` of the previous response to the same request; null: the first page."
    )

    class Meta:
        """Holds the widths, and the field ``from``, which is a keyword of Python."""

        include = {  # noqa: RUF012 - marshmallow reads it once
            **requested(WIDTHS),
            "classes": Documented(
                nullable(integer(2, limits.MAX_CLASSES)),
                "Number of classes, whose labels are joined to the latent vector; null:"
                " unconditional.",
            ),
            "from": Documented(
                per_axis(integer(1, limits.MAX_SIGNAL_LENGTH)),
                "Size of the initial map; null: chosen by the solver.",
            ),
        }

    def load(self, data: object, **_: object) -> ChainQuery:
        """The request in a JSON body, parsed by the library."""
        return query_from_document(data)


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
