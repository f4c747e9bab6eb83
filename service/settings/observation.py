"""Settings for logging."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import OneOf

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class ObservationSettings:
    """Settings for logging."""

    log_level: str = setting(
        "info",
        "lowest level that is logged: `debug`, `info`, `warning` or `error`",
        validate=OneOf(("debug", "info", "warning", "error")),
        kind="str",
    )
    log_format: str = setting(
        "json",
        "`json`, one object per line, or `text`, for reading in a terminal",
        validate=OneOf(("json", "text")),
        kind="str",
    )
