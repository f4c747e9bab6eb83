"""Messages between two processes: JSON over a pair of pipes, with deadlines and a length limit.

A message is eight bytes of length, big end first, and as many bytes of JSON. Nothing is pickled: the
far end may be a process that has run a hostile text, and all it can send is JSON of bounded length.
"""

from __future__ import annotations

import json
import os
import select
import time
from dataclasses import dataclass

from designer.verification.receipt import Json

_HEAD = 8
_PIECE = 65_536


class ChannelClosed(Exception):
    """The far end has gone."""


class ChannelTimeout(Exception):
    """The deadline passed before the message was whole."""


class ChannelGarbled(Exception):
    """What came is too long or not JSON."""


class Abandoned(Exception):
    """Whoever we work for has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One end: reads messages from one descriptor and writes them to another.

    ``owner`` is a further descriptor to watch: once its far end is closed, waiting is pointless and
    ends as ``Abandoned``.
    """

    read_fd: int
    write_fd: int
    owner: int | None = None

    def send(self, message: Json, *, deadline: float | None = None) -> None:
        """Write one message whole, before ``deadline`` (``time.monotonic()``)."""
        body = json.dumps(message, separators=(",", ":")).encode()
        rest = memoryview(len(body).to_bytes(_HEAD, "big") + body)
        while rest:
            self._wait(self.write_fd, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self.write_fd, rest[:_PIECE]) :]
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError) as gone:
                raise ChannelClosed from gone

    def receive(self, *, deadline: float | None = None, limit: int) -> Json:
        """The next message; at most ``limit`` bytes of JSON."""
        length = int.from_bytes(self._read(_HEAD, deadline), "big")
        if length > limit:
            raise ChannelGarbled(f"a message of {length} bytes; the limit is {limit}")
        try:
            return json.loads(self._read(length, deadline))
        except (ValueError, RecursionError) as garbled:
            raise ChannelGarbled("a message that is not JSON") from garbled

    def has_message(self) -> bool:
        """Whether there is something to read now, be it that the far end has gone."""
        poll = select.poll()
        poll.register(self.read_fd, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self.read_fd)
        os.close(self.write_fd)

    def _read(self, length: int, deadline: float | None) -> bytes:
        pieces = bytearray()
        while len(pieces) < length:
            self._wait(self.read_fd, select.POLLIN, deadline)
            piece = os.read(self.read_fd, min(_PIECE, length - len(pieces)))
            if not piece:
                raise ChannelClosed
            pieces += piece
        return bytes(pieces)

    def _wait(self, descriptor: int, event: int, deadline: float | None) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if self.owner is not None and self.owner != descriptor:
            poll.register(self.owner, 0)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise ChannelTimeout
            ready = dict(poll.poll(None if left is None else left * 1000 + 1))
            if descriptor in ready:
                return
            if ready:
                raise Abandoned


def pipe_channels() -> tuple[Channel, Channel]:
    """Two ends that talk to each other; their descriptors are not inherited across ``exec``."""
    there_read, here_write = os.pipe()
    here_read, there_write = os.pipe()
    os.set_blocking(here_write, False)
    os.set_blocking(there_write, False)
    here = Channel(read_fd=here_read, write_fd=here_write)
    return here, Channel(read_fd=there_read, write_fd=there_write)
