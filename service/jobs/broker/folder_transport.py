"""Celery's broker in a folder, as Redis is to it: whole messages, and an event loop.

kombu writes a message under its last name, and a worker that looks in between reads half of it; it
takes one by way of the machine's folder for passing things, which may be full, closed or another
disk; it keeps in a file which queue is whose, and whoever comes while that is first written reads
nothing. Its transport has no event loop either, and without one the processes of a worker share a
lock, which a process that is killed while it waits for work takes into its grave.
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
"""Seconds between two looks into the folder."""


class FolderChannel(filesystem.Channel):
    """kombu's channel; the methods are those that it calls, for a queue on an exchange of its name."""

    def get_table(self, exchange: str) -> list[Any]:
        """Which queues an exchange gives its messages to."""
        return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, *_: object) -> None:
        """Nothing is noted of what is known."""

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
            with suppress(OSError):  # another worker has it
                (folder / name).rename(taken)
                text = taken.read_text(encoding="utf-8")
                taken.unlink()
                return loads(text)
        raise Empty

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """The message is done with: the worker has room for the next."""
        super().basic_ack(delivery_tag, multiple)
        self.connection.poll_soon()


class FolderTransport(filesystem.Transport):
    """kombu's transport with that channel, looked after by the event loop of a worker."""

    Channel = FolderChannel
    implements = filesystem.Transport.implements.extend(asynchronous=True)
    _loop: Any = None

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ANN401
        """Look for messages from time to time, and whenever one was done."""
        loop.call_repeatedly(QUEUE_POLL_S, self._deliver_all, connection)
        self._loop = loop

    def poll_soon(self) -> None:
        """Look for messages next, where an event loop does."""
        if self._loop is not None:
            self._loop.call_later(0, self._deliver_all, self)

    def _deliver_all(self, connection: Any) -> None:  # noqa: ANN401
        """Deliver what lies there, as far as the worker takes it."""
        with suppress(TimeoutError):
            while True:
                self.drain_events(connection, timeout=0)
