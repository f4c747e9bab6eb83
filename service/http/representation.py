"""Representations of a resource: content negotiation, headers and compression."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from flask import Request, Response
from werkzeug.http import quote_etag

from service.problems.problem_document import ProblemError

JSON = "application/json"
PYTHON = "text/x-python"
ZIP = "application/zip"
SVG = "image/svg+xml"

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of resources named by an id, which never change."""

CACHED_FOR_AN_HOUR = "public, max-age=3600"
"""Cache-Control of responses to a brief: a later release may choose another chain."""

REVALIDATED = "no-cache"
"""Cache-Control of the page files: revalidated by tag, so that releases do not mix."""

GZIP_FROM_BYTES = 1024
"""Minimum size of a body to compress."""

_COMPRESSED = frozenset(
    {JSON, PYTHON, SVG, "text/html", "text/css", "text/javascript", "application/problem+json"}
)


def negotiate_media_type(request: Request, available: tuple[str, ...]) -> str:
    """The media type that the client prefers, the first one by default.

    Raises:
        ProblemError: not_acceptable, if the client accepts none.
    """
    if not request.accept_mimetypes:
        return available[0]
    best = request.accept_mimetypes.best_match(available)
    if best is None:
        raise ProblemError(
            "not_acceptable",
            f"the resource is available as {', '.join(available)}; the client accepts none",
            available=list(available),
        )
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """A representation of a resource: body, media type and content tag."""

    body: bytes
    media_type: str
    tag: str
    location: str
    filename: str | None = None

    def response(self, request: Request, cache_control: str) -> Response:
        """Response to a request for this representation."""
        response = Response(self.body, mimetype=self.media_type)
        response.headers["Cache-Control"] = cache_control
        response.headers["Content-Location"] = self.location
        response.headers["ETag"] = quote_etag(self.tag)
        response.vary.update(("Accept", "Accept-Encoding"))
        if self.filename is not None:
            response.headers["Content-Disposition"] = f'attachment; filename="{self.filename}"'
        return compress_response(request, response)


def compress_response(request: Request, response: Response) -> Response:
    """The response compressed with gzip if the client accepts it, deterministically.

    A strong ETag identifies bytes, so the compressed response has another ETag.
    """
    if (
        not request.accept_encodings.quality("gzip")
        or response.mimetype not in _COMPRESSED
        or response.direct_passthrough
    ):
        return response
    body = response.get_data()
    if len(body) < GZIP_FROM_BYTES:
        return response
    response.set_data(_gzip(body))
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        response.headers["ETag"] = quote_etag(f"{tag}-gzip")
    return response


def _gzip(body: bytes) -> bytes:
    """Gzip data without timestamp and operating system in the header."""
    packed = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS)
    deflated = packed.compress(body) + packed.flush()
    trailer = zlib.crc32(body).to_bytes(4, "little") + (len(body) % 2**32).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + deflated + trailer


def html_response(text: str) -> Response:
    """HTML response."""
    return Response(text, mimetype="text/html", headers={"Cache-Control": CACHED_FOR_AN_HOUR})
