"""Celery's broker in a folder, as Redis is to it: whole messages, and an event loop.

kombu writes a message under its last name, and a worker that looks in between reads half of it. Its
transport has no event loop either, and without one the processes of a worker share a lock, which a
process that is killed while it waits for work takes into its grave.
"""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu.exceptions import OperationalError
from kombu.transport import filesystem
from kombu.utils.json import dumps

LOOK_EVERY_S = 0.05
"""Seconds between two looks into the folder."""


class Channel(filesystem.Channel):
    """kombu's channel; ``_put`` is what it calls to write a message."""

    def _put(self, queue: str, payload: Any, **_: object) -> None:  # type: ignore[override] # noqa: ANN401
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4()}"
        hidden = folder / f".{name}"
        try:
            hidden.write_text(dumps(payload), encoding="utf-8")
            hidden.replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise OperationalError(str(error)) from error


class Transport(filesystem.Transport):
    """kombu's transport with that channel, looked after by the event loop of a worker."""

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ANN401
        """Look for messages from time to time."""
        loop.call_repeatedly(LOOK_EVERY_S, self._deliver_all, connection)

    def _deliver_all(self, connection: Any) -> None:  # noqa: ANN401
        """Deliver what lies there, as far as the worker takes it."""
        with suppress(TimeoutError):
            while True:
                self.drain_events(connection, timeout=0)
