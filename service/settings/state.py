"""Settings of what outlasts a request: where it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from marshmallow import ValidationError
from marshmallow.validate import Length
from redis import ConnectionPool, RedisError

from service.settings.setting import setting

_OPTIONS = {"unix": "db", "rediss": "ssl_[a-z_]+"}
"""What may follow ``?``, by scheme: the rest is set by each part that asks Redis, or means nothing
to one of them."""


def validate_redis_url(url: str) -> None:
    """Refuse what names no Redis server; what is said holds nothing of it, as of a password."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        ConnectionPool.from_url(url).make_connection()  # asks nobody
        numbered = parts.scheme == "unix" or re.fullmatch("/?[0-9]*", parts.path)
        options = parse_qs(parts.query, keep_blank_values=True)
        known = all(re.fullmatch(_OPTIONS.get(parts.scheme, ""), name) for name in options)
        named = bool(numbered and known and parts.netloc + parts.path and not parts.fragment)
    except (ValueError, TypeError, RedisError):
        named = False
    if not named:
        raise ValidationError(
            "it is no address such as redis://127.0.0.1:6379/0 (in a password, / # ? @ % are"
            " written as %2F %23 %3F %40 %25; options are ssl_… of rediss:// and db of unix:// alone)"
        )


@dataclass(frozen=True, kw_only=True)
class StateSettings:
    """Settings of what outlasts a request: where it is kept."""

    state_folder: str = setting(
        ".gan-designer",
        "folder of what is kept on this machine: the cache, and jobs where there is no Redis",
        validate=Length(min=1, max=4096),
        kind="str",
    )
    redis_url: str = setting(
        "",
        "Redis server that replicas share instead of the folder",
        validate=validate_redis_url,
        kind="str",
        name="REDIS_URL",
        secret=True,
    )
