"""What every answer carries whatever it says: its id, its security headers, CORS."""

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
"""Headers that a page of another origin may read."""

STRICT_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of whatever is no page."""

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""Content-Security-Policy of pictures: their own style sheet, and nothing that runs."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of pages: nothing inline, nothing from elsewhere."""


def install_response_headers(app: Flask, config: Config) -> None:
    """Give every request an id and every answer its headers."""
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
    """Keep the id that the client gave where it is a plain one, else make one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else _new_id()


def _new_id() -> str:
    """An id that no other request has: it tells requests apart and is no secret.

    >>> len(_new_id())
    32
    """
    return f"{getrandbits(128):032x}"


def _vary_by_origin(response: Response) -> Response:
    """Keep a cache from giving one origin the answer to another."""
    response.vary.add("Origin")
    return response


def _compare_tags(response: Response) -> Response:
    """304 where the client has these bytes already; to a POST, that would be no answer.

    Nearly always it names the one tag that we gave it; lists and ``*`` are werkzeug's to compare.
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
