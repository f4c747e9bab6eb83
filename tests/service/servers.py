"""Real servers for tests: gunicorn with the committed configuration, on a free loopback port."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.cli import gunicorn_command

ROOT = Path(__file__).parents[2]
START_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            connection.close()


@contextmanager
def serving(**settings: str) -> Iterator[Server]:
    """A server with these ``GAN_DESIGNER_`` settings, ended by its own pid."""
    port = free_port()
    variables = {f"GAN_DESIGNER_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        gunicorn_command(),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GAN_DESIGNER_PORT": str(port), **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for(port, process)
        yield Server(port=port, pid=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    """Return once somebody listens on the port."""
    for _ in range(START_S * 10):
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(str(process.stderr.read()))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens on port {port} after {START_S} s")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
