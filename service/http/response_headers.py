"""Headers of every response: request id, security headers, CORS, conditional requests."""

from __future__ import annotations

import re
from random import getrandbits

from flask import Flask, Response, g, request
from flask_cors import CORS

from service.settings.config import Config

EXPOSED_HEADERS = (
    "Content-Disposition",
    "Content-Location",
    "ETag",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
    "X-Request-ID",
)
"""Response headers that pages of other origins may read."""

STRICT_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of responses other than pages and pictures."""

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""Content-Security-Policy of pictures: inline style sheets, no scripts."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of pages: nothing inline, nothing from other origins."""


def register_response_headers(app: Flask, config: Config) -> None:
    """Assign an id to every request and add headers to every response."""
    app.before_request(_name_request)
    app.after_request(_complete_headers)
    app.after_request(_compare_tags)
    if config.cors_origins:
        app.after_request(_vary_by_origin)
        CORS(
            app,
            origins=list(config.cors_origins),
            methods=["GET", "HEAD", "POST", "DELETE", "OPTIONS"],
            expose_headers=list(EXPOSED_HEADERS),
            max_age=86_400,
        )


def _name_request() -> None:
    """Use the request id of the client if it is valid, otherwise a new one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else _new_id()


def _new_id() -> str:
    """A unique request id; it is not a secret.

    >>> len(_new_id())
    32
    """
    return f"{getrandbits(128):032x}"


def _vary_by_origin(response: Response) -> Response:
    """Keep caches from returning a response for another origin."""
    response.vary.add("Origin")
    return response


def _compare_tags(response: Response) -> Response:
    """Turn a response to GET or HEAD into a 304 if the client already has its content.

    The single tag that clients usually send is compared here, lists and ``*`` by werkzeug.
    """
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known is not None and response.status_code == 200 and request.method in ("GET", "HEAD"):
        if known == response.headers.get("ETag"):
            response.status_code = 304
        else:
            response.make_conditional(request)
    return response


def _complete_headers(response: Response) -> Response:
    policy = _POLICIES.get(response.mimetype or "", STRICT_POLICY)
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.extend(
        (
            ("X-Request-ID", g.get("request_id") or _new_id()),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        )
    )
    if stages := g.get("stages"):
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={milliseconds:.3f}" for name, milliseconds in stages.items()
        )
    return response


_POLICIES = {"text/html": PAGE_POLICY, "image/svg+xml": PICTURE_POLICY}

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
