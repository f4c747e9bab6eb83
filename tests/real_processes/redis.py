"""A real Redis for tests: append-only, on a free loopback port, killed and restarted by its pid.

A test folder imports the fixture in its ``conftest.py``:

    from tests.real_processes.redis import redis_server as redis_server

Elsewhere, use ``with serving_redis(folder) as server: ...``.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.service.servers import free_port
from tests.wait import TIMEOUT_S, wait_until


class RedisServer:
    """A server with its append-only file in ``folder``; the port stays the same after a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL for ``REDIS_URL``."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process id; the server must be running."""
        assert self._process is not None, "the server was killed"
        return self._process.pid

    @property
    def client(self) -> Redis:
        """A client for inspection."""
        return Redis.from_url(self.url, decode_responses=True, socket_timeout=TIMEOUT_S)

    def start(self) -> None:
        """Start it with its persisted data, and wait until it responds."""
        assert self._process is None, "the server runs already"
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "no",  # what a killed process has written, the system keeps
            "save": "",
            "logfile": str(self.folder / "redis.log"),
            "enable-debug-command": "local",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(["redis-server", *words])
        wait_until(self._answers, what=f"redis-server on port {self.port}")

    def kill(self) -> None:
        """Kill it, as in a crash."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in order, if it is running."""
        if self._process is not None:
            self.resume()
            self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Suspend it: it accepts connections without replying."""
        assert self._process is not None, "the server was killed"
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume it."""
        assert self._process is not None, "the server was killed"
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None, "the server was killed already"
        self._process.send_signal(how)
        self._process.wait(timeout=TIMEOUT_S)
        self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "redis.log").read_text()
        try:
            with self.client as client:
                return bool(client.ping())
        except RedisError:
            return False


@contextmanager
def serving_redis(folder: Path) -> Iterator[RedisServer]:
    """A running server, stopped afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A running server for one test."""
    with serving_redis(tmp_path / "redis") as server:
        yield server
