"""Registration of key lookup, rate limits and authorization, in the order of their execution."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.access.authentication import register_authorization, register_key_lookup
from service.access.rate_limits import register_rate_limits
from service.settings.config import Config


def register_access(app: Flask, config: Config) -> None:
    """Identify the client, count its request and check its key, each if configured.

    An invalid key counts against the address that sends it, so counting comes before the check.
    """
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0
        )
    ring = config.key_ring
    if ring:
        register_key_lookup(app, ring)
    if config.rate_limit or any(key.rate_limit for key in ring.keys):
        register_rate_limits(app, rate_limit=config.rate_limit, redis_url=config.redis_url)
    if ring:
        register_authorization(app)
