"""The application: which parts it has and in which order they are joined."""

from __future__ import annotations

import json

from flask import Flask
from jinja2 import StrictUndefined

from designer.verification import Runner
from designer.version import VERSION
from service.access.register import install_access
from service.cache.cache import open_cache
from service.cache.cached_receipts import KeptReceipts
from service.designs.design_cache import Shelf
from service.designs.design_service import Workshop
from service.designs.verification_limits import kept_under
from service.http.gunicorn_errors import answer_unread
from service.http.response_cache import Answers
from service.http.response_headers import install_transport
from service.jobs.register import join_jobs
from service.observability.metrics import Metrics
from service.observability.readiness import Readiness
from service.observability.receipt_counts import CountedReceipts
from service.observability.requests import install_observation
from service.openapi.access import document_access
from service.openapi.document import DESCRIPTION, LICENSE, TITLE, openapi_representation
from service.problems.error_handlers import ProblemApi
from service.schemas.fields import document_field
from service.settings.config import Config
from service.views.audits import audits
from service.views.chains import chains
from service.views.designs import designs
from service.views.jobs import jobs
from service.views.layers import layers
from service.views.operations import operations
from service.views.page import page
from service.views.problems import problems


def create_app(config: Config | None = None, *, runner: Runner | None = None) -> Flask:
    """The service as a WSGI application; ``runner`` runs texts in place of processes of its own.

    >>> create_app().test_client().get("/healthz").json
    {'status': 'ok'}
    """
    config = config or Config()
    app = Flask(__name__)
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"info": {"description": DESCRIPTION, "license": LICENSE}},
        MAX_CONTENT_LENGTH=config.max_body_bytes,
    )
    app.jinja_env.undefined = StrictUndefined
    app.url_map.merge_slashes = False
    install_observation(app)
    app.extensions["unread"] = answer_unread
    install_transport(app, config)
    install_access(app, config)
    _furnish(app, config, runner)
    join_jobs(app, config)
    _join_views(app)
    return app


def _furnish(app: Flask, config: Config, runner: Runner | None) -> None:
    """Set up where designs are made, and where they are kept."""
    cache = open_cache(config, namespace=kept_under(config))
    metrics: Metrics = app.extensions["metrics"]
    cache.tally.listen(metrics.count_lookup)
    receipts = CountedReceipts(KeptReceipts(cache), metrics)
    workshop = Workshop(config, runner=runner, store=receipts, metrics=metrics)
    app.extensions["readiness"] = Readiness(verifier=workshop.state, cache=cache.state)
    app.extensions["cache"] = cache
    app.extensions["workshop"] = workshop
    app.extensions["shelf"] = Shelf(workshop, cache, most_waiting=config.threads * 3 // 4)
    app.extensions["answers"] = Answers(config, cache.tally)


def _join_views(app: Flask) -> None:
    """Join the blueprints and write down the contract that they make together."""
    api = ProblemApi(app)
    api.ma_plugin.converter.add_attribute_function(document_field)
    for blueprint in (designs, chains, layers, audits, jobs, page, problems, operations):
        api.register_blueprint(blueprint)
    document = json.loads(json.dumps(document_access(api.spec.to_dict())))
    app.extensions["contract"] = document
    app.extensions["openapi"] = openapi_representation(document)
