"""Celery broker in a folder: kombu's filesystem transport with atomic messages and an event loop.

kombu writes a message under its final name, so that a worker may read half of it; it takes one by
way of the system's temporary folder, which may be full, read-only or on another disk; and it
stores the bindings of queues in a file that is empty for a moment when it is first written. Its
transport also lacks an event loop: the child processes of a worker then share a lock, which a child
that is killed while it waits for work never releases.
"""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import OperationalError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

QUEUE_POLL_S = 0.05
"""Seconds between two polls of the folder."""


class FolderChannel(filesystem.Channel):
    """kombu's filesystem channel for queues whose exchange has the queue's name."""

    def get_table(self, exchange: str) -> list[Any]:
        """The queue that an exchange delivers to."""
        return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, *_: object) -> None:
        """Store nothing: ``get_table`` derives the binding from the name."""

    def _put(self, queue: str, payload: Any, **_: object) -> None:  # type: ignore[override] # noqa: ANN401
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4()}"
        hidden = folder / f".{name}"
        try:
            hidden.write_text(dumps(payload), encoding="utf-8")
            hidden.replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise OperationalError(str(error)) from error

    def _get(self, queue: str, **_: object) -> Any:  # type: ignore[override] # noqa: ANN401
        folder = Path(self.data_folder_in)
        for name in sorted(file.name for file in folder.iterdir()):
            if name.startswith(".") or not name.endswith(f".{queue}.msg"):
                continue
            taken = folder / f".{name}"
            with suppress(OSError):  # another worker took it
                (folder / name).rename(taken)
                text = taken.read_text(encoding="utf-8")
                taken.unlink()
                return loads(text)
        raise Empty

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Acknowledge the message and poll for the next one."""
        super().basic_ack(delivery_tag, multiple)
        self.connection.poll_soon()


class FolderTransport(filesystem.Transport):
    """kombu's filesystem transport with ``FolderChannel``, polled by a worker's event loop."""

    Channel = FolderChannel
    implements = filesystem.Transport.implements.extend(asynchronous=True)
    _loop: Any = None

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ANN401
        """Poll for messages periodically and after each acknowledgement."""
        loop.call_repeatedly(QUEUE_POLL_S, self._deliver_all, connection)
        self._loop = loop

    def poll_soon(self) -> None:
        """Poll in the next iteration of the event loop, if there is one."""
        if self._loop is not None:
            self._loop.call_later(0, self._deliver_all, self)

    def _deliver_all(self, connection: Any) -> None:  # noqa: ANN401
        """Deliver waiting messages, up to the worker's prefetch limit."""
        with suppress(TimeoutError):
            while True:
                self.drain_events(connection, timeout=0)
