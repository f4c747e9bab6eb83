"""Settings of what outlasts a request: where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from marshmallow import ValidationError
from marshmallow.validate import Length

from service.settings.setting import setting


def check_redis(url: str) -> None:
    """Refuse what names no Redis server."""
    if url and (
        urlsplit(url).scheme not in ("redis", "rediss", "unix")
        or not urlsplit(url).netloc + urlsplit(url).path
    ):
        raise ValidationError("it is no address such as redis://127.0.0.1:6379/0")


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
        validate=check_redis,
        kind="str",
        name="REDIS_URL",
    )
