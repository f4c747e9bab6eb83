"""Settings of what the service tells its operators."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import OneOf

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class ObservationSettings:
    """Settings of what the service tells its operators."""

    log_level: str = setting(
        "info",
        "least of `debug`, `info`, `warning`, `error` that is logged",
        validate=OneOf(("debug", "info", "warning", "error")),
        kind="str",
    )
    log_format: str = setting(
        "json",
        "`json`, an object a line, or `text`, for people",
        validate=OneOf(("json", "text")),
        kind="str",
    )
