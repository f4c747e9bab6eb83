"""Raw HTTP requests over a socket, for requests that client libraries refuse to send."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass

ANSWER_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The bytes that a server sent until it closed the connection or stopped sending."""

    received: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """The status of every response."""
        return [int(code) for code in _STATUS.findall(self.received)]


def exchange(port: int, sent: bytes, *, quiet_s: float = ANSWER_TIMEOUT_S) -> Exchange:
    """Send all bytes over one connection and read until the server closes it.

    ``closed`` is False if the connection stays open and silent for ``quiet_s``.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT_S) as client:
        pieces = bytearray()
        with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
            client.sendall(sent)
        client.settimeout(quiet_s)
        try:
            while piece := client.recv(65_536):
                pieces += piece
        except TimeoutError:
            return Exchange(received=bytes(pieces), closed=False)
        except ConnectionResetError:
            pass
        return Exchange(received=bytes(pieces), closed=True)


_STATUS = re.compile(rb"(?:^|\n|\})HTTP/1\.[01] (\d{3})")
