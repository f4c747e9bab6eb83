"""Settings for the address, processes, threads and client timeouts of the server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from marshmallow import ValidationError
from marshmallow.validate import Length, Range

from designer.validation.limits import MAX_REQUEST_BYTES
from service.settings.setting import setting


def validate_origins(origins: list[str]) -> None:
    """Refuse values that a browser does not send in ``Origin``."""
    for origin in origins:
        if origin != "*" and not _is_origin(origin):
            raise ValidationError(f"{origin!r} is not an origin such as https://example.org")


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as an unclosed bracket
        return False
    return parts.scheme in ("http", "https") and text == f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Settings for the address, processes, threads and client timeouts of the server."""

    host: str = setting(
        "127.0.0.1", "address to listen on", validate=Length(min=1, max=255), kind="str"
    )
    port: int = setting(8000, "port to listen on", validate=Range(min=0, max=65535))
    workers: int = setting(2, "number of web processes", validate=Range(min=1, max=64))
    threads: int = setting(64, "threads per web process", validate=Range(min=1, max=256))
    max_body_bytes: int = setting(
        MAX_REQUEST_BYTES,
        "maximum size of a request body in bytes",
        validate=Range(min=1024, max=MAX_REQUEST_BYTES),
    )
    client_timeout_s: int = setting(
        30,
        "seconds within which a client must send its whole request, and receive the response",
        validate=Range(min=1, max=3600),
    )
    cors_origins: tuple[str, ...] = setting(
        (),
        "origins whose pages may call the service (CORS), separated by commas; `*` for all",
        validate=validate_origins,
        kind="list",
    )

    @property
    def netloc(self) -> str:
        """Host and port as in a URL, with IPv6 in brackets.

        >>> ServerSettings(host="::1").netloc
        '[::1]:8000'
        """
        bare = self.host.strip("[]")
        return f"[{bare}]:{self.port}" if ":" in bare else f"{bare}:{self.port}"
