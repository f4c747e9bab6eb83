"""Settings for the storage of the cache and of jobs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from marshmallow import ValidationError
from marshmallow.validate import Length
from redis import ConnectionPool, RedisError

from service.settings.setting import setting

_OPTIONS = {"unix": "db", "rediss": "ssl_[a-z_]+"}
"""Options allowed after ``?``, by scheme: the Redis clients of the service set the others, or do
not all support them."""


def validate_redis_url(url: str) -> None:
    """Refuse a URL of no Redis server; the message omits it, as it may hold a password."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        ConnectionPool.from_url(url).make_connection()  # does not connect
        numbered = parts.scheme == "unix" or re.fullmatch("/?[0-9]*", parts.path)
        options = parse_qs(parts.query, keep_blank_values=True)
        known = all(re.fullmatch(_OPTIONS.get(parts.scheme, ""), name) for name in options)
        named = bool(numbered and known and parts.netloc + parts.path and not parts.fragment)
    except (ValueError, TypeError, RedisError):
        named = False
    if not named:
        raise ValidationError(
            "it is not a URL such as redis://127.0.0.1:6379/0 (in a password, write / # ? @ % as"
            " %2F %23 %3F %40 %25; the only options are ssl_… of rediss:// and db of unix://)"
        )


@dataclass(frozen=True, kw_only=True)
class StateSettings:
    """Settings for the storage of the cache and of jobs."""

    state_folder: str = setting(
        ".gan-designer",
        "folder for the cache, and for jobs if there is no Redis",
        validate=Length(min=1, max=4096),
        kind="str",
    )
    redis_url: str = setting(
        "",
        "URL of a Redis server that replicas share instead of the folder",
        validate=validate_redis_url,
        kind="str",
        name="REDIS_URL",
        secret=True,
    )
