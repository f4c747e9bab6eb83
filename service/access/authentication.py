"""Who may call: requests are let in by their key, where the operator has given any out.

A route is guarded unless it stands here, so that a new one is closed until somebody opens it.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from service.access.keys import ApiKey, KeyRing
from service.problems.problem_document import problem_response
from service.problems.registry import PROBLEMS

OPEN_PATHS = frozenset({"/", "/docs", "/healthz", "/openapi.json", "/problems", "/readyz"})
"""Paths that need no key and are not counted: what machines ask about the service, and its texts."""

OPEN_FOLDERS = ("/problems/", "/static/", "/web/")
"""Paths below which the same holds."""

METRICS_PATH = "/metrics"
"""The path of figures about everybody's requests: never counted, and no client's to read."""

METRICS_KEY_NAME = "metrics"
"""The name of the keys that open it, and nothing else."""

AUTH_SCHEME = "bearer"
BEARER_CHALLENGE = 'Bearer realm="gan-designer"'


def is_open(path: str) -> bool:
    """Whether anybody may ask for it, with or without a key.

    >>> is_open("/problems/no_key"), is_open("/v1/designs"), is_open("/nowhere")
    (True, False, False)
    """
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def install_key_lookup(app: Flask, ring: KeyRing) -> None:
    """Find out whose each request is, before it is counted."""

    def name_client() -> None:
        key = ring.find_key(presented_key() or "")
        g.api_key = key
        g.key_name = key.name if key else None

    app.before_request(name_client)


def install_authorization(app: Flask) -> None:
    """Turn away who has no key, after the request was counted; keep answers out of shared caches."""
    app.before_request(_refuse_unauthorized)
    app.after_request(_make_private)


def presented_key() -> str | None:
    """The text after ``Authorization: Bearer``; None where the request has no such header.

    >>> app = Flask("x")
    >>> with app.test_request_context(headers={"Authorization": "Bearer open sesame"}):
    ...     presented_key()
    'open sesame'
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text if scheme.lower() == AUTH_SCHEME else None


def current_key() -> ApiKey | None:
    """The key of the request, where it came with a right one."""
    key: ApiKey | None = g.get("api_key")
    return key


def _refuse_unauthorized() -> Response | None:
    if request.method == "OPTIONS" or is_open(request.path) or _is_authorized():
        return None
    if presented_key() is None:
        response = problem_response(
            PROBLEMS["no_key"], detail="the request came without the header Authorization: Bearer"
        )
        response.headers["WWW-Authenticate"] = BEARER_CHALLENGE
    else:
        response = problem_response(PROBLEMS["wrong_key"], detail="the key opens nothing here")
        response.headers["WWW-Authenticate"] = f'{BEARER_CHALLENGE}, error="invalid_token"'
    return response


def _is_authorized() -> bool:
    """Whether the request has a key that opens this door."""
    name = g.key_name
    return name is not None and (name == METRICS_KEY_NAME) == (request.path == METRICS_PATH)


def _make_private(response: Response) -> Response:
    """A cache in front would hand one client's answer to others, who may have no key."""
    if not is_open(request.path) and response.cache_control.public:
        response.cache_control.public = False
        response.cache_control.private = True
    return response
