"""gunicorn's threaded worker with deadlines, so that a slow client does not block a thread.

gunicorn assigns a thread to every request that has begun and waits for the rest without a limit, so
a few dozen incomplete requests would block all other clients. With this worker, a request must
arrive completely within the timeout, the client must receive each response within the same timeout,
and a connection is closed in its own thread instead of the thread that accepts connections.

On shutdown, gunicorn keeps its port open until its last response is sent, and clients that connect
in the meantime are never served. This worker accepts the connections in the backlog, closes the
port immediately, and serves the accepted connections.

A test checks that ``gunicorn.workers.gthread`` still calls the methods overridden here.
"""

from __future__ import annotations

import errno
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

from service.http.gunicorn_errors import refuse_missing_host


class DeadlineSocket(socket.socket):
    """A client connection that is reset if the client is too slow.

    gunicorn calls ``setblocking(True)`` when a thread starts on the next request, which starts the
    deadline of ``timeout_s`` seconds.
    """

    timeout_s = 30.0
    _deadline = float("inf")
    _head = b""

    @classmethod
    def adopt(cls, client: socket.socket) -> DeadlineSocket:
        """The same connection with deadlines; ``client`` is detached."""
        return cls(client.family, client.type, client.proto, fileno=client.detach())

    def setblocking(self, flag: bool) -> None:
        """Start the deadline of a request, or return the connection to the event loop."""
        if self.fileno() >= 0:
            super().setblocking(flag)
        self._deadline = time.monotonic() + self.timeout_s

    def recv(self, *args: Any) -> bytes:  # noqa: ANN401 - socket's own
        """Receive bytes before the deadline.

        Raises:
            ConnectionResetError: if the deadline of the request has passed.
        """
        if self.gettimeout() is not None:
            return super().recv(*args)
        received: bytes = self._within(self._deadline - time.monotonic(), super().recv, *args)
        return received

    def sendall(self, *args: Any) -> None:  # noqa: ANN401
        """Send all bytes before the timeout; the head of a response is sent with the next data.

        A process killed between the two would leave a head without a body, and a proxy that has
        received the head can no longer retry on another server.

        Raises:
            ConnectionResetError: if the client does not receive them in time.
        """
        data, *rest = args
        if data.startswith(b"HTTP/1.1 ") and data[9:10] != b"1" and not self._head:
            self._head = bytes(data)
            return
        head, self._head = self._head, b""
        self._within(self.timeout_s, super().sendall, head + data, *rest)

    def flush(self) -> None:
        """Send a pending head without a body."""
        if self._head:
            self.sendall(b"")

    def sendfile(self, *args: Any, **named: Any) -> int:  # noqa: ANN401
        """Send a file after the head, before the timeout.

        Raises:
            ConnectionResetError: if the client does not receive it in time.
        """
        self.flush()
        sent: int = self._within(self.timeout_s, super().sendfile, *args, **named)
        return sent

    def shutdown(self, how: int) -> None:
        """Shut the connection down after sending a pending head."""
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
    """A threaded worker whose connections are ``DeadlineSocket`` objects."""

    socket_class = DeadlineSocket
    alive: bool
    booted: bool

    def enqueue_req(self, conn: TConn) -> None:
        """Pass a connection to a thread."""
        if not isinstance(conn.sock, DeadlineSocket):
            conn.sock = self.socket_class.adopt(conn.sock)
        super().enqueue_req(conn)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401
        """Stop the worker and report it as not ready."""
        super().handle_exit(sig, frame)
        if self.booted:
            self.wsgi.extensions["readiness"].stopping.set()

    def is_parent_alive(self) -> bool:
        """Whether the main process is alive; without it the worker stops as on a signal."""
        there: bool = super().is_parent_alive()
        if not there:
            self.alive = False
        return there

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections or not; a stopping worker accepts only those in the backlog."""
        if self.alive:
            super().set_accept_enabled(enabled)
            return
        for listener in self.sockets:
            if listener.sock is not None:  # closed already if the signal came before the start
                self._accept_backlog(listener)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()

    def _accept_backlog(self, listener: socket.socket) -> None:
        before = -1
        while before < self.nr_conns:
            before = self.nr_conns
            self.accept(listener)

    def handle_request(self, req: Any, conn: TConn) -> Any:  # noqa: ANN401
        """Serve one request that has the headers it needs."""
        refuse_missing_host(req)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401
        """Respond to a failed request without repeating it, as it may contain a key."""
        with suppress(OSError):
            client.sendall(self.wsgi.extensions["gunicorn_error_response"](exc))

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - internal to gunicorn
        """Serve one request, and close the connection in this thread if it ends."""
        result = super().handle(conn)
        with suppress(OSError):
            conn.sock.flush()
        if result is False:
            close_graceful(conn.sock)
        return result


def deadline_worker(timeout_s: float) -> type[DeadlineWorker]:
    """The worker class with this timeout.

    >>> deadline_worker(5.0).socket_class.timeout_s
    5.0
    """
    socket_class = type("Socket", (DeadlineSocket,), {"timeout_s": timeout_s})
    return type("Worker", (DeadlineWorker,), {"socket_class": socket_class})
