"""Clients that send requests continuously during a fault and record every exchange."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request over its own connection: time of connecting, local port, response.

    ``status`` is None without a response; ``connected`` is None without a connection.
    """

    connected: float | None
    port: int | None
    status: int | None
    body: bytes = b""
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Load:
    """Concurrent clients, each of which sends its next request after each response."""

    port: int
    path: Callable[[int], str]
    clients: int = 8
    method: str = "GET"
    body: Callable[[int], bytes | None] = lambda number: None
    exchanges: list[Exchange] = field(default_factory=list)
    _number: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[Load]:
        """Send requests during the block; at its end every request has ended."""
        threads = [threading.Thread(target=self._send_requests) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join(timeout=300)
        assert not any(thread.is_alive() for thread in threads), "a request hangs"

    def wait_for(self, more: int) -> None:
        """Return once ``more`` further requests have ended."""
        goal, deadline = len(self.exchanges) + more, time.monotonic() + 240
        while len(self.exchanges) < goal:
            assert time.monotonic() < deadline, f"{len(self.exchanges)} of {goal} requests ended"
            time.sleep(0.01)

    @property
    def failed(self) -> list[Exchange]:
        """The requests without a response, or with status 500 or above."""
        return [each for each in self.exchanges if each.status is None or each.status >= 500]

    def _send_requests(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                number, self._number = self._number, self._number + 1
            exchange = self._send_request(number)
            self.exchanges.append(exchange)
            if exchange.connected is None:
                time.sleep(0.05)

    def _send_request(self, number: int) -> Exchange:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=240)
        connected = port = None
        try:
            connection.connect()
            connected, port = time.monotonic(), connection.sock.getsockname()[1]
            body = self.body(number)
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(self.method, self.path(number), body, headers)
            answer = connection.getresponse()
            return Exchange(
                connected=connected, port=port, status=answer.status, body=answer.read()
            )
        except (OSError, HTTPException) as error:
            return Exchange(connected=connected, port=port, status=None, error=repr(error))
        finally:
            connection.close()
