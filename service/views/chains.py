"""Chains: searched without networks or source."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.chain_answers import search_document
from designer.solver import ChainQuery, search_chains
from service.blueprint import BODY_CODES, Blueprint
from service.examples import CHAINS
from service.forms import document_answer
from service.observation.metrics import metrics
from service.representation import JSON, choose
from service.schemas.chains import ChainQuerySchema, ChainsSchema
from service.workshop import timed_stage

chains = Blueprint("chains", __name__, description="Chains of layers, without networks.")

CODES = (
    "invalid_request",
    "missing_field",
    "unknown_field",
    "not_an_integer",
    "not_a_choice",
    "not_a_boolean",
    "not_a_list",
    "not_an_object",
    "wrong_length",
    "out_of_range",
    "contradiction",
    "invalid_cursor",
    "no_chain",
    "search_too_large",
    "refused",
    "not_acceptable",
)
"""What a question about chains can run into."""


@chains.route("/v1/chains", methods=["POST"])
@chains.arguments(ChainQuerySchema, examples=CHAINS)
@chains.response(200, ChainsSchema)
@chains.problems(*BODY_CODES, *CODES)
def search_for_chains(query: ChainQuery) -> Response:
    """How many chains a space holds, the best of them page by page, and the frontier."""
    choose(request, (JSON,))
    with timed_stage("solve"):
        search = search_chains(query)
    metrics().states.observe(search.states)
    return document_answer(search_document(query, search))
