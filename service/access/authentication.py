"""Authorization by API key, if the operator has configured any keys.

Every route needs a key unless it is listed here, so a new route is closed by default.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from service.problems.problem_document import problem_response
from service.problems.registry import PROBLEMS
from service.settings.api_keys import ApiKey, KeyRing

OPEN_PATHS = frozenset({"/", "/docs", "/healthz", "/openapi.json", "/problems", "/readyz"})
"""Paths that need no key and do not count against rate limits."""

OPEN_FOLDERS = ("/problems/", "/static/", "/web/")
"""Prefixes of further paths that need no key and are not counted."""

METRICS_PATH = "/metrics"
"""Path of the metrics of all requests: never counted, not readable with a client's key."""

METRICS_KEY_NAME = "metrics"
"""Name of the keys that give access to the metrics, and to nothing else."""

AUTH_SCHEME = "bearer"
BEARER_CHALLENGE = 'Bearer realm="gan-designer"'


def is_open(path: str) -> bool:
    """Whether a path needs no key.

    >>> is_open("/problems/no_key"), is_open("/v1/designs"), is_open("/nowhere")
    (True, False, False)
    """
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def register_key_lookup(app: Flask, ring: KeyRing) -> None:
    """Look up the key of each request, before rate limits count it."""

    def name_client() -> None:
        key = ring.find_key(presented_key() or "")
        g.api_key = key
        g.key_name = key.name if key else None

    app.before_request(name_client)


def register_authorization(app: Flask) -> None:
    """Refuse requests without a valid key, after they are counted; make responses private."""
    app.before_request(_unauthorized_response)
    app.after_request(_make_private)


def presented_key() -> str | None:
    """The text after ``Authorization: Bearer``, or None without such a header.

    >>> app = Flask("x")
    >>> with app.test_request_context(headers={"Authorization": "Bearer open sesame"}):
    ...     presented_key()
    'open sesame'
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text if scheme.lower() == AUTH_SCHEME else None


def current_key() -> ApiKey | None:
    """The key of the current request, or None without a valid one."""
    key: ApiKey | None = g.get("api_key")
    return key


def _unauthorized_response() -> Response | None:
    if request.method == "OPTIONS" or is_open(request.path) or _is_authorized():
        return None
    if presented_key() is None:
        response = problem_response(
            PROBLEMS["no_key"], detail="the request has no header Authorization: Bearer"
        )
        response.headers["WWW-Authenticate"] = BEARER_CHALLENGE
    else:
        response = problem_response(
            PROBLEMS["wrong_key"], detail="the key is not valid for this resource"
        )
        response.headers["WWW-Authenticate"] = f'{BEARER_CHALLENGE}, error="invalid_token"'
    return response


def _is_authorized() -> bool:
    """Whether the key of the request is valid for its path."""
    name = g.key_name
    return name is not None and (name == METRICS_KEY_NAME) == (request.path == METRICS_PATH)


def _make_private(response: Response) -> Response:
    """Keep shared caches from giving a response to clients without a key."""
    if not is_open(request.path) and response.cache_control.public:
        response.cache_control.public = False
        response.cache_control.private = True
    return response
