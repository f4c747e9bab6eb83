"""Messages between two processes: JSON over a pair of pipes, with deadlines and a length limit.

A message is an 8-byte big-endian length and that many bytes of JSON. Nothing is pickled: the peer
may have run a hostile source, so all it can send is JSON of bounded length.
"""

from __future__ import annotations

import json
import os
import select
import time
from dataclasses import dataclass

from designer.validation.json_readers import JsonValue

_HEAD = 8
_PIECE = 65_536

MAX_MESSAGE_VALUES = 2**20
"""Maximum number of commas and opening brackets in a message: values take more memory than their text."""


class ChannelClosed(Exception):
    """The peer closed the channel."""


class ChannelTimeout(Exception):
    """The deadline passed before the message was complete."""


class ChannelProtocolError(Exception):
    """The message is too long or not JSON."""


class OwnerSent(Exception):
    """The owner of this process sent a message, which is still to be read."""


class OwnerClosed(Exception):
    """The owner of this process closed its descriptor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonChannel:
    """One end of a channel: reads messages from one descriptor and writes them to another.

    ``owner`` is a further descriptor to watch: when its far end closes, waiting ends with
    ``OwnerClosed``, and an interruptible wait with ``OwnerSent`` when it sends something.
    """

    read_fd: int
    write_fd: int
    owner: int | None = None

    def send(self, message: JsonValue, *, deadline: float | None = None) -> None:
        """Send one complete message before ``deadline`` (``time.monotonic()``)."""
        body = json.dumps(message, separators=(",", ":")).encode()
        remaining = memoryview(len(body).to_bytes(_HEAD, "big") + body)
        while remaining:
            self._wait(self.write_fd, select.POLLOUT, deadline)
            try:
                remaining = remaining[os.write(self.write_fd, remaining[:_PIECE]) :]
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError) as gone:
                raise ChannelClosed from gone

    def receive(
        self, *, deadline: float | None = None, limit: int, interruptible: bool = False
    ) -> JsonValue:
        """The next message, of at most ``limit`` bytes of JSON."""
        if interruptible:
            self._wait(self.read_fd, select.POLLIN, deadline, owner_event=select.POLLIN)
        length = int.from_bytes(self._read(_HEAD, deadline), "big")
        if length > limit:
            raise ChannelProtocolError(f"a message of {length} bytes, above the limit of {limit}")
        body = self._read(length, deadline)
        if sum(map(body.count, b",[{")) > MAX_MESSAGE_VALUES:
            raise ChannelProtocolError(f"a message of more than {MAX_MESSAGE_VALUES:,} values")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ChannelProtocolError("a message that is not JSON") from error

    def has_message(self, wait_s: float = 0.0) -> bool:
        """Whether within a time there is data to read, or the peer has closed the channel."""
        poll = select.poll()
        poll.register(self.read_fd, select.POLLIN)
        return bool(poll.poll(wait_s * 1000))

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

    def _wait(
        self, descriptor: int, event: int, deadline: float | None, *, owner_event: int = 0
    ) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if self.owner is not None and self.owner != descriptor:
            poll.register(self.owner, owner_event)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise ChannelTimeout
            ready = dict(poll.poll(None if left is None else left * 1000 + 1))
            if descriptor in ready:
                return
            if ready:
                sent = any(events & select.POLLIN for events in ready.values())
                raise OwnerSent if sent else OwnerClosed


def open_channel_pair() -> tuple[JsonChannel, JsonChannel]:
    """Two connected ends; their descriptors are not inherited across ``exec``."""
    child_read, parent_write = os.pipe()
    parent_read, child_write = os.pipe()
    os.set_blocking(parent_write, False)
    os.set_blocking(child_write, False)
    parent_end = JsonChannel(read_fd=parent_read, write_fd=parent_write)
    return parent_end, JsonChannel(read_fd=child_read, write_fd=child_write)
