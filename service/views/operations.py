"""Health, readiness, metrics and the OpenAPI document."""

from __future__ import annotations

from flask import current_app, jsonify, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import (
    CACHED_FOR_AN_HOUR,
    Representation,
    html_response,
    negotiate_media_type,
)
from service.observability.metrics import current_metrics
from service.observability.readiness import current_readiness
from service.schemas.operations import HealthSchema, ReadinessSchema

operations = Blueprint(
    "operations", __name__, description="Health, metrics and the OpenAPI document."
)


@operations.route("/healthz")
@operations.response(200, HealthSchema)
@operations.problems()
def healthz() -> dict[str, str]:
    """Whether the web process responds.

    It does not look at the parts behind it: a process that answers need not be restarted.
    """
    return {"status": "ok"}


@operations.route("/readyz")
@operations.response(200, ReadinessSchema)
@operations.problems("not_ready", "probe_failed")
def readyz() -> Response:
    """Whether the web process can serve requests now, and the state of each of its parts.

    A `degraded` part makes responses slower, but does not fail them.
    """
    return uncached(jsonify(current_readiness().document()))


@operations.route("/metrics")
@operations.response(200, {"type": "string"}, content_type="text/plain")
@operations.problems()
def show_metrics() -> Response:
    """The metrics of all web processes, for Prometheus.

    The text format of Prometheus. Operators may restrict this path to another address.
    """
    return uncached(Response(current_metrics().text(), content_type=CONTENT_TYPE_LATEST))


@operations.route("/openapi.json")
@operations.response(200, {"type": "object"})
@operations.problems("not_acceptable")
def openapi_json() -> Response:
    """This document.

    It is generated from the code that serves the requests.
    """
    document: Representation = current_app.extensions["openapi_representation"]
    negotiate_media_type(request, (document.media_type,))
    return document.response(request, CACHED_FOR_AN_HOUR)


@operations.route("/docs")
@operations.response(200, {"type": "string"}, content_type="text/html")
@operations.problems()
def docs() -> Response:
    """Interactive API documentation, served without external files.

    It reads `/openapi.json`.
    """
    return html_response(render_template("docs.html"))


def uncached(response: Response) -> Response:
    """The response with caching disabled."""
    response.headers["Cache-Control"] = "no-store"
    return response
