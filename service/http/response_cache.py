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
from service.cache.hit_counts import Tally
from service.cache.lru import Recent
from service.settings.config import Config

MAX_BODY_BYTES = 65_536
"""Longest request body that is looked for; a longer one is read as if there were no answers kept."""

Arguments = ParamSpec("Arguments")
Key = tuple[str | bytes | None, ...]


class Again(Response):
    """An answer that is given again: its headers are whole and were checked when it was made."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are; a 304 carries none of the body's."""
        if self.status_code == 304:
            remove_entity_headers(self.headers)
        return self.headers


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as its view gave it: nothing in it depends on more than its key."""

    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class Answers:
    """The answers that one process gave last, by everything of a request that its view reads."""

    def __init__(self, config: Config, tally: Tally) -> None:
        self._tally = tally
        self._recent: Recent[Finished] = Recent(most_bytes=config.cache_memory_mib * MIB // 2)

    def find(self, key: Key) -> Response | None:
        """The answer to an equal request, None where none is kept."""
        finished = self._recent.get(key)
        self._tally.note("answers", found=finished is not None)
        if finished is None:
            return None
        return Again(finished.body, headers=list(finished.headers))

    def keep(self, key: Key, answer: Response) -> None:
        """Keep an answer that names its content, and no other: it is the same whenever it is asked."""
        if answer.status_code == 200 and "ETag" in answer.headers:
            finished = Finished(answer.get_data(), tuple(answer.get_wsgi_headers(request.environ)))
            size = finished.size + sum(len(part) for part in key if part is not None)
            self._recent.put(key, finished, size=size)


def remembered(view: Callable[Arguments, Response]) -> Callable[Arguments, Response]:
    """The view, asked only for what it has not answered lately.

    It may read the path, the query, a JSON body and the headers that ``Vary`` names; its answer is
    whole, since what the client has already is compared on the way out.
    """

    @wraps(view)
    def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        key = request_key(request)
        if key is None:
            return view(*args, **kwargs)
        answers = cast(Answers, current_app.extensions["answers"])
        found = answers.find(key)
        if found is None:
            found = view(*args, **kwargs)
            answers.keep(key, found)
        return found

    return answer


def request_key(asked: Request) -> Key | None:
    """All of a request that an answer depends on; None for one that is not looked for."""
    environ = asked.environ
    body = b""
    if asked.method == "POST":
        length = asked.content_length
        if (
            length is None
            or length > MAX_BODY_BYTES
            or asked.content_type != "application/json"
            or "HTTP_CONTENT_ENCODING" in environ
            or "HTTP_PREFER" in environ
        ):
            return None
        body = asked.get_data()
    return (
        asked.endpoint,
        asked.path,
        asked.query_string,
        body,
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_ENCODING"),
    )
