"""Settings for the size and retention of the cache."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import Range

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """Settings for the size and retention of the cache."""

    cache_memory_mib: int = setting(
        8, "mebibytes of responses that one web process caches", validate=Range(min=1, max=4096)
    )
    cache_disk_mib: int = setting(
        256,
        "size limit of the cache in the state folder, in mebibytes",
        validate=Range(min=1, max=1_048_576),
    )
    cache_days: int = setting(
        30, "days after which Redis drops a cached response", validate=Range(min=1, max=3650)
    )
