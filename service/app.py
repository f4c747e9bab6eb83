"""Application factory: creates the parts of the service and registers them in order."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from designer.verification import ProbeRunner
from designer.version import VERSION
from service.access.register import register_access
from service.cache.cache import open_cache
from service.cache.cached_receipts import CachedReceipts
from service.cache.waiting_slots import WaitingSlots, slots_of_threads
from service.designs.design_cache import DesignCache
from service.designs.design_service import DesignService
from service.designs.verification_limits import cache_namespace
from service.http.client_presence import ClientPresence
from service.http.gunicorn_errors import gunicorn_error_response
from service.http.response_cache import ResponseCache
from service.http.response_headers import register_response_headers
from service.http.turns import TurnQueue, TurnTaking
from service.jobs.register import register_jobs
from service.observability.metrics import Metrics
from service.observability.readiness import Readiness
from service.observability.receipt_counts import CountedReceipts
from service.observability.requests import register_request_observation
from service.observability.state_disk import state_disk_readiness
from service.openapi.access import document_access
from service.openapi.document import (
    CONTACT,
    DESCRIPTION,
    LICENSE,
    SERVERS,
    TITLE,
    openapi_representation,
)
from service.openapi.long_paths import document_long_paths
from service.problems.error_handlers import ProblemApi
from service.schemas.audit_layers import layer_components
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
from service.views.trials import trials


def create_app(config: Config | None = None, *, runner: ProbeRunner | None = None) -> Flask:
    """The WSGI application; ``runner`` verifies sources in place of verifying processes.

    >>> create_app().test_client().get("/healthz").json
    {'status': 'ok'}
    """
    config = config or Config()
    app = Flask(__name__)
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION, "contact": CONTACT, "license": LICENSE},
            "servers": SERVERS,
        },
        MAX_CONTENT_LENGTH=config.max_body_bytes,
    )
    app.jinja_env.undefined = StrictUndefined
    app.url_map.merge_slashes = False
    register_request_observation(app)
    app.extensions["gunicorn_error_response"] = gunicorn_error_response
    register_response_headers(app, config)
    register_access(app, config)
    slots = WaitingSlots(slots_of_threads(config.threads))
    _register_services(app, config, runner, slots)
    register_jobs(app, config)
    _register_views(app)
    application = TurnTaking(app.wsgi_app, TurnQueue(slots))
    app.wsgi_app = ClientPresence(application)  # type: ignore[method-assign]
    return app


def _register_services(
    app: Flask, config: Config, runner: ProbeRunner | None, slots: WaitingSlots
) -> None:
    """Create the cache, the design service and the services that use them."""
    cache = open_cache(config, namespace=cache_namespace(config))
    metrics: Metrics = app.extensions["metrics"]
    cache.hit_counts.add_listener(metrics.count_lookup)
    receipts = CountedReceipts(CachedReceipts(cache), metrics)
    design_service = DesignService(
        config, runner=runner, store=receipts, metrics=metrics, slots=slots
    )
    app.extensions["readiness"] = Readiness(verifier=design_service.state, cache=cache.state)
    if not config.redis_url:
        state_folder = Path(config.state_folder)
        app.extensions["readiness"].parts["disk"] = lambda: state_disk_readiness(state_folder)
    app.extensions["cache"] = cache
    app.extensions["design_service"] = design_service
    app.extensions["design_cache"] = DesignCache(design_service, cache, slots)
    app.extensions["response_cache"] = ResponseCache(config, cache.hit_counts)


def _register_views(app: Flask) -> None:
    """Register the blueprints and generate the OpenAPI document from them."""
    api = ProblemApi(app)
    api.ma_plugin.converter.add_attribute_function(document_field)
    for name, component in layer_components().items():
        api.spec.components.schema(name, component)
    for blueprint in (designs, chains, layers, audits, jobs, trials, page, problems, operations):
        api.register_blueprint(blueprint)
    document = json.loads(json.dumps(document_long_paths(document_access(api.spec.to_dict()))))
    app.extensions["openapi_document"] = document
    app.extensions["openapi_representation"] = openapi_representation(document)
