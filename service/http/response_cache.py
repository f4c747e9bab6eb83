"""Finished answers, given again to the same request before anything of it is looked at."""

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
"""Longest request body that is looked for; a longer one is read as if there were no answers kept."""

ViewArguments = ParamSpec("ViewArguments")
RequestKey = tuple[str | bytes | None, ...]


class CachedResponse(Response):
    """An answer that is given again: its headers are whole and were checked when it was made."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are; a 304 carries none of the body's."""
        if self.status_code == 304:
            remove_entity_headers(self.headers)
        return self.headers


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as its view gave it: nothing in it depends on more than its key."""

    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class ResponseCache:
    """The answers that one process gave last, by everything of a request that its view reads."""

    def __init__(self, config: Config, hit_counts: HitCounts) -> None:
        self._hit_counts = hit_counts
        self._memory: LruCache[StoredResponse] = LruCache(
            max_bytes=config.cache_memory_mib * MIB // 2
        )

    def find(self, key: RequestKey) -> Response | None:
        """The answer to an equal request, None where none is kept."""
        stored = self._memory.get(key)
        self._hit_counts.count_lookup("answers", found=stored is not None)
        if stored is None:
            return None
        return CachedResponse(stored.body, headers=list(stored.headers))

    def store(self, key: RequestKey, answer: Response) -> None:
        """Keep an answer that names its content, and no other: it is the same whenever it is asked."""
        if answer.status_code == 200 and "ETag" in answer.headers:
            stored = StoredResponse(
                answer.get_data(), tuple(answer.get_wsgi_headers(request.environ))
            )
            size = stored.size + sum(len(part) for part in key if part is not None)
            self._memory.put(key, stored, size=size)


def cache_responses(view: Callable[ViewArguments, Response]) -> Callable[ViewArguments, Response]:
    """The view, asked only for what it has not answered lately.

    It may read the path, the query, a JSON body and the headers that ``Vary`` names; its answer is
    whole, since what the client has already is compared on the way out.
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
    """All of a request that an answer depends on; None for one that is not looked for."""
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
