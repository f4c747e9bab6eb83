"""The doors of the application, in the order in which a request meets them."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.access.authentication import install_authorization, install_key_lookup
from service.access.rate_limits import install_rate_limits
from service.settings.config import Config


def install_access(app: Flask, config: Config) -> None:
    """Name the client, count its request, and turn away who has no key: each where configured.

    A wrong key counts for the address that sends it, so the count comes before the refusal.
    """
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0
        )
    ring = config.key_ring
    if ring:
        install_key_lookup(app, ring)
    if config.rate_limit or any(key.rate_limit for key in ring.keys):
        install_rate_limits(app, rate_limit=config.rate_limit, redis_url=config.redis_url)
    if ring:
        install_authorization(app)
