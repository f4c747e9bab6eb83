"""Logging to standard error, one JSON object per line, including gunicorn's messages.

Bodies and header values are not logged, as headers contain keys.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from json import JSONEncoder
from logging import LogRecord, makeLogRecord
from typing import Any

import structlog
from gunicorn.glogging import Logger
from structlog.stdlib import ExtraAdder, ProcessorFormatter


class JsonLines(logging.Formatter):
    """Formats a record as a JSON object on one line.

    Every response logs one record, and structlog's processor chain costs several times as much:
    as much as serving a cached response.
    """

    def format(self, record: LogRecord) -> str:
        """The message, its extra fields, and its origin."""
        given = vars(record).items()
        event = {
            "event": record.getMessage(),
            **{name: value for name, value in given if name not in _STANDARD_FIELDS},
            "logger": record.name,
            "level": record.levelname.lower(),
            "process": record.process,
            "timestamp": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(event)


_STANDARD_FIELDS = frozenset({*vars(makeLogRecord({})), "message", "asctime", "taskName"})
_ENCODER = JSONEncoder(ensure_ascii=False, default=str)


def log_formatter(style: str) -> logging.Formatter:
    """Formatter for the style ``json``, or for the style ``text``, which is easier to read.

    >>> from logging import makeLogRecord
    >>> record = makeLogRecord({"msg": "request", "name": "x", "created": 0.0, "status": 200})
    >>> log_formatter("json").format(record)
    '{"event": "request", "status": 200, "logger": "x", ...}'
    """
    if style == "json":
        return JsonLines()
    return ProcessorFormatter(
        foreign_pre_chain=[
            ExtraAdder(),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            _add_process,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0),
        ],
    )


def _add_process(_: object, __: str, event: Any) -> Any:  # noqa: ANN401 - structlog's own
    event["process"] = event["_record"].process
    return event


def send_logs_to_stderr(style: str, level: int | str) -> None:
    """Send all log records of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(style))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("gan_designer").setLevel(level)


class ServerLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, with the handler and format of the service."""

    style = "json"

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        """Configure logging for the whole process."""
        super().setup(cfg)
        send_logs_to_stderr(self.style, self.loglevel)
        self.error_log.propagate = True


def server_logger_class(style: str) -> type[ServerLogger]:
    """The logger class with this style.

    >>> server_logger_class("text").style
    'text'
    """
    return type("Logger", (ServerLogger,), {"style": style})
