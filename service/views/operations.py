"""What operators and tools ask: is it alive, what is its contract."""

from __future__ import annotations

from flask import current_app, render_template, request
from werkzeug import Response

from service.blueprint import Blueprint
from service.representation import A_WHILE, Representation, choose, html
from service.schemas.operations import HealthSchema

operations = Blueprint("operations", __name__, description="Liveness and the contract itself.")


@operations.route("/healthz")
@operations.response(200, HealthSchema)
@operations.problems()
def healthz() -> dict[str, str]:
    """Whether the web process answers."""
    return {"status": "ok"}


@operations.route("/openapi.json")
@operations.response(200, {"type": "object"})
@operations.problems("not_acceptable")
def openapi_json() -> Response:
    """This document."""
    document: Representation = current_app.extensions["openapi"]
    choose(request, (document.media_type,))
    return document.answer(request, A_WHILE)


@operations.route("/docs")
@operations.response(200, {"type": "string"}, content_type="text/html")
@operations.problems()
def docs() -> Response:
    """The contract to read and to try, without anything from elsewhere."""
    return html(render_template("docs.html"))
