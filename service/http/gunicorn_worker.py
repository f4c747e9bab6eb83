"""gunicorn's threaded worker with bounded patience: a slow client holds no thread for ever.

gunicorn gives a thread to every request that has begun and waits for the rest as long as the client
likes, so that a few dozen half-sent requests would keep everybody else out. Here a request has to
arrive whole within a time, each answer has to be taken within the same time, and a connection is
wound up in its own thread instead of the one that accepts all others.

Told to end, gunicorn leaves its port open until its last answer is given, and whoever connects in
the meantime waits for nobody. Here the connections that came before are taken, the port is closed
at once, and what was taken is served.

``gunicorn.workers.gthread`` calls what is overridden here: that it still does is tested.
"""

from __future__ import annotations

import errno
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker


class DeadlineSocket(socket.socket):
    """A client's connection, lost where the client is too slow.

    gunicorn calls ``setblocking(True)`` where a thread takes up the next request: from then on the
    request has ``timeout_s`` seconds.
    """

    timeout_s = 30.0
    _deadline = float("inf")
    _head = b""

    @classmethod
    def adopt(cls, client: socket.socket) -> DeadlineSocket:
        """The same connection, watched; ``client`` itself is spent."""
        return cls(client.family, client.type, client.proto, fileno=client.detach())

    def setblocking(self, flag: bool) -> None:
        """Begin with a request, or leave the connection to the event loop."""
        if self.fileno() >= 0:
            super().setblocking(flag)
        self._deadline = time.monotonic() + self.timeout_s

    def recv(self, *args: Any) -> bytes:  # noqa: ANN401 - socket's own
        """What the client sends, in time.

        Raises:
            ConnectionResetError: where the request's time is over.
        """
        if self.gettimeout() is not None:
            return super().recv(*args)
        received: bytes = self._within(self._deadline - time.monotonic(), super().recv, *args)
        return received

    def sendall(self, *args: Any) -> None:  # noqa: ANN401
        """Send all of it, in time; the head of an answer is sent with what comes after it.

        A process that is killed between the two would leave a head without a body, and whoever
        has the head, as a proxy in front, cannot ask another server any more.

        Raises:
            ConnectionResetError: where the client does not take it.
        """
        data, *rest = args
        if data.startswith(b"HTTP/1.1 ") and data[9:10] != b"1" and not self._head:
            self._head = bytes(data)
            return
        head, self._head = self._head, b""
        self._within(self.timeout_s, super().sendall, head + data, *rest)

    def flush(self) -> None:
        """Send a head that nothing comes after."""
        if self._head:
            self.sendall(b"")

    def sendfile(self, *args: Any, **named: Any) -> int:  # noqa: ANN401
        """Send a file after the head, in time.

        Raises:
            ConnectionResetError: where the client does not take it.
        """
        self.flush()
        sent: int = self._within(self.timeout_s, super().sendfile, *args, **named)
        return sent

    def shutdown(self, how: int) -> None:
        """Send no more, once the head is sent."""
        self.flush()
        super().shutdown(how)

    def _within(self, seconds: float, call: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        try:
            super().settimeout(max(seconds, 0.001))
            result = call(*args, **named)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client is too slow") from None
        super().settimeout(None)
        return result


class DeadlineWorker(ThreadWorker):  # type: ignore[misc]
    """The worker that serves such connections."""

    socket_class = DeadlineSocket
    alive: bool
    booted: bool

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread."""
        if not isinstance(conn.sock, DeadlineSocket):
            conn.sock = self.socket_class.adopt(conn.sock)
        super().enqueue_req(conn)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401
        """End: whoever asks from now on whether the process is ready hears that it is not."""
        super().handle_exit(sig, frame)
        if self.booted:
            self.wsgi.extensions["readiness"].stopping.set()

    def is_parent_alive(self) -> bool:
        """Whether the server is there; without it the worker ends as if told to."""
        there: bool = super().is_parent_alive()
        if not there:
            self.alive = False
        return there

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections or not; a worker that ends takes those that wait, and no other."""
        if self.alive:
            super().set_accept_enabled(enabled)
            return
        for listener in self.sockets:
            if listener.fileno() >= 0:
                self._accept_backlog(listener)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()

    def _accept_backlog(self, listener: socket.socket) -> None:
        before = -1
        while before < self.nr_conns:
            before = self.nr_conns
            self.accept(listener)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401
        """Answer what could not be served, without a word of what was sent: it may hold a key."""
        with suppress(OSError):
            client.sendall(self.wsgi.extensions["gunicorn_error_response"](exc))

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - a mark of gunicorn's own
        """Serve one request; where the connection ends with it, wind it up here."""
        result = super().handle(conn)
        with suppress(OSError):
            conn.sock.flush()
        if result is False:
            close_graceful(conn.sock)
        return result


def deadline_worker(timeout_s: float) -> type[DeadlineWorker]:
    """The worker class whose clients have so many seconds.

    >>> deadline_worker(5.0).socket_class.timeout_s
    5.0
    """
    socket_class = type("Socket", (DeadlineSocket,), {"timeout_s": timeout_s})
    return type("Worker", (DeadlineWorker,), {"socket_class": socket_class})
