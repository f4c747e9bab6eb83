"""Settings of the cache: how much is kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import Range

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """Settings of the cache: how much is kept, and for how long."""

    cache_memory_mib: int = setting(
        16, "mebibytes of answers that one web process keeps", validate=Range(min=1, max=4096)
    )
    cache_disk_mib: int = setting(
        256,
        "mebibytes that the cache takes in the state folder",
        validate=Range(min=1, max=1_048_576),
    )
    cache_days: int = setting(
        30, "days for which Redis keeps a cached answer", validate=Range(min=1, max=3650)
    )
