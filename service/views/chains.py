"""Searches for chains, without networks and source."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.chains import ChainQuery, search_chains
from designer.pipeline.chains_json import search_document
from service.designs.design_service import timed_stage
from service.designs.formats import document_response
from service.http.blueprint import BODY_CODES, Blueprint
from service.http.representation import JSON, negotiate_media_type
from service.observability.metrics import current_metrics
from service.openapi.examples import CHAIN_EXAMPLES
from service.schemas.chains import ChainQuerySchema, ChainsSchema

chains = Blueprint("chains", __name__, description="Chains of layers, without networks.")

CHAIN_CODES = (
    "contradiction",
    "invalid_cursor",
    "no_chain",
    "search_too_large",
    "refused",
    "not_acceptable",
)
"""Codes of errors of a chain search, besides those of any body."""


@chains.route("/v1/chains", methods=["POST"])
@chains.arguments(ChainQuerySchema, examples=CHAIN_EXAMPLES)
@chains.response(200, ChainsSchema)
@chains.problems(*BODY_CODES, *CHAIN_CODES)
def search_for_chains(query: ChainQuery) -> Response:
    """The number of chains in a search space, the best ones page by page, and the frontier.

    No network is built and nothing is run. `next` of the answer is the `cursor` of the next page.
    """
    negotiate_media_type(request, (JSON,))
    with timed_stage("solve"):
        search = search_chains(query)
    current_metrics().states.observe(search.states)
    return document_response(search_document(query, search))
