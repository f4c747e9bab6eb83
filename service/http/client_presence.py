"""Work for a client that has left is cancelled."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable
from functools import partial
from typing import Any

from designer.errors.cancellation import cancelled_when

ENVIRON_KEY = "gunicorn.socket"
"""Where gunicorn puts the connection of a request."""


class ClientPresence:
    """A WSGI application that cancels the work of a request whose client has closed its connection.

    What is sent while a response is streamed is not part of it.
    """

    def __init__(self, application: Any) -> None:  # noqa: ANN401 - a WSGI application
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401
        """Answer a request."""
        connection = environ.get(ENVIRON_KEY)
        has_left = partial(has_closed, connection) if connection else lambda: False
        with cancelled_when(has_left):
            response: Iterable[bytes] = self._application(environ, start_response)
            return response


def has_closed(connection: socket.socket) -> bool:
    """Whether the peer has closed its side of a connection; what it has sent stays unread.

    >>> ours, theirs = socket.socketpair()
    >>> theirs.sendall(b"GET")
    >>> has_closed(ours)
    False
    >>> theirs.close()
    >>> has_closed(ours)
    True
    >>> ours.close()
    >>> has_closed(ours)
    True
    """
    descriptor = connection.fileno()
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    return bool(poll.poll(0))
