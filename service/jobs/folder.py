"""Celery's broker in a folder, with messages that are whole as soon as they are seen.

kombu writes a message under its last name, and a worker that looks in between reads half of it.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's channel; ``_put`` is what it calls to write a message."""

    def _put(self, queue: str, payload: Any, **_: object) -> None:  # type: ignore[override] # noqa: ANN401
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4()}"
        hidden = folder / f".{name}"
        hidden.write_text(dumps(payload), encoding="utf-8")
        hidden.replace(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """kombu's transport with that channel."""

    Channel = Channel
