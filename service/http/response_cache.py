"""Cache of complete responses, consulted before a request is parsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, cast
from wsgiref.types import WSGIEnvironment

from flask import Request, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.http import remove_entity_headers

from designer.verification.limits import MIB
from service.cache.hit_counts import HitCounts
from service.cache.lru import LruCache
from service.settings.config import Config

MAX_CACHEABLE_BODY_BYTES = 65_536
"""Maximum size of a request body in a cache key; larger requests bypass the cache."""

ViewArguments = ParamSpec("ViewArguments")
RequestKey = tuple[str | bytes | None, ...]


class CachedResponse(Response):
    """A response from the cache, whose headers are complete and validated."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers unchanged, except that a 304 has no entity headers."""
        if self.status_code == 304:
            remove_entity_headers(self.headers)
        return self.headers


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """Body and headers of a response as its view returned it; they depend only on the key."""

    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class ResponseCache:
    """The most recent responses of one process, by the parts of a request that a view reads."""

    def __init__(self, config: Config, hit_counts: HitCounts) -> None:
        self._hit_counts = hit_counts
        self._memory: LruCache[StoredResponse] = LruCache(
            max_bytes=config.cache_memory_mib * MIB // 2
        )

    def find(self, key: RequestKey) -> Response | None:
        """The cached response for a key, or None."""
        stored = self._memory.get(key)
        self._hit_counts.count_lookup("answers", found=stored is not None)
        if stored is None:
            return None
        return CachedResponse(stored.body, headers=list(stored.headers))

    def store(self, key: RequestKey, answer: Response) -> None:
        """Store a 200 response with an ETag; others may differ from request to request."""
        if answer.status_code == 200 and "ETag" in answer.headers:
            stored = StoredResponse(
                answer.get_data(), tuple(answer.get_wsgi_headers(request.environ))
            )
            size = stored.size + sum(len(part) for part in key if part is not None)
            self._memory.put(key, stored, size=size)


def cache_responses(view: Callable[ViewArguments, Response]) -> Callable[ViewArguments, Response]:
    """Decorator that caches the responses of a view.

    The view may read the path, the query, a JSON body and the headers in ``Vary``. It returns full
    responses, as conditional requests are handled after it.
    """

    @wraps(view)
    def answer(*args: ViewArguments.args, **kwargs: ViewArguments.kwargs) -> Response:
        key = request_key(request)
        if key is None:
            return view(*args, **kwargs)
        response_cache = cast(ResponseCache, current_app.extensions["response_cache"])
        found = response_cache.find(key)
        if found is None:
            found = view(*args, **kwargs)
            response_cache.store(key, found)
        return found

    return answer


def request_key(request: Request) -> RequestKey | None:
    """Cache key of a request, or None if its response is not cached."""
    environ = request.environ
    body = b""
    if request.method == "POST":
        length = request.content_length
        if (
            length is None
            or length > MAX_CACHEABLE_BODY_BYTES
            or request.content_type != "application/json"
            or "HTTP_CONTENT_ENCODING" in environ
            or "HTTP_PREFER" in environ
        ):
            return None
        body = request.get_data()
    return (
        request.endpoint,
        request.path,
        request.query_string,
        body,
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_ENCODING"),
    )
