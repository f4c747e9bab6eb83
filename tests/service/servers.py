"""Real servers for tests: gunicorn with the committed configuration on a free loopback port."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.commands.server import gunicorn_command

ROOT = Path(__file__).parents[2]
START_S = 60
END_S = 60

COLD = [*gunicorn_command()[:-1], str(Path(__file__).with_name("cold_gunicorn.py"))]
"""The command with a configuration that starts verifying processes with the first verification."""

SERVE = [sys.executable, "-c", "from designer.cli import main; main()", "serve"]
"""The command of users and of the image, which becomes gunicorn with little memory to spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The response of a server."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The parsed body."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server: address, process and log file."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The main process."""
        return self.process.pid

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log records so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def connect(self) -> socket.socket:
        """A socket connected to it, for raw requests."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=120)

    def stop(self) -> None:
        """Stop it with a signal, and kill it if that takes too long."""
        self.process.terminate()
        try:
            self.process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request over a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            # A server that refuses a body answers before it has read all of it, and closes.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            connection.close()


@contextmanager
def serving(*, warm: bool = False, **settings: str) -> Iterator[Server]:
    """A server with these ``GAN_DESIGNER_`` settings, stopped afterwards."""
    with TemporaryDirectory(prefix="server-") as folder:
        server = start_server(Path(folder), warm=warm, **settings)
        try:
            yield server
        finally:
            server.stop()


def start_server(
    folder: Path,
    *,
    port: int | None = None,
    command: list[str] | None = None,
    warm: bool = False,
    **settings: str,
) -> Server:
    """A listening server whose log and state are in its own folder.

    It starts no job worker unless the settings say so, and loads torch, which takes seconds of
    processor time, only for its first verification, unless it is ``warm`` as a deployed one.
    """
    port = port or free_port()
    own = {"state_folder": str(folder / "state"), "port": str(port), "embedded_worker": "false"}
    settings = own | settings
    variables = {
        name.upper() if name == "redis_url" else f"GAN_DESIGNER_{name.upper()}": value
        for name, value in settings.items()
    }
    log = folder / "log"
    with log.open("ab") as lines:
        process = subprocess.Popen(
            command or (gunicorn_command() if warm else COLD),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            stdout=subprocess.DEVNULL,
            stderr=lines,
        )
    server = Server(port=port, process=process, log=log)
    try:
        wait_for(port, process, log)
    except BaseException:
        server.stop()
        raise
    return server


def wait_for(port: int, process: subprocess.Popen[Any], log: Path | None = None) -> None:
    """Wait until a process listens on the port."""
    for _ in range(START_S * 10):
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text() if log else ''}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no process listens on port {port} after {START_S} s")


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
