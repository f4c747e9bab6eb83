"""The documented nginx example in front of real replicas that tests start, pause and kill."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.service.processes import descendants
from tests.service.servers import ROOT, Server, free_port, start_server, wait_for

EXAMPLE = ROOT / "docs" / "deployment" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

ESTABLISHED = "01"
"""State of an established connection in /proc/net/tcp."""


class Replica:
    """A server that keeps its port over restarts."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = settings
        self.server: Server | None = None

    def start(self) -> None:
        """Start the server and wait until it listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.server = start_server(self._folder, port=self.port, **self._settings)

    def kill(self) -> None:
        """Kill every process at once, as a power failure does."""
        assert self.server is not None
        self._signal(signal.SIGKILL)
        self.server.process.wait()
        self.server = None

    def pause(self) -> None:
        """Stop every process: the kernel still accepts connections, but no response is sent."""
        self._signal(signal.SIGSTOP)

    def _signal(self, number: signal.Signals) -> None:
        assert self.server is not None
        for pid in (self.server.pid, *descendants(self.server.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        """Shut the server down."""
        if self.server is not None:
            self.server.stop()
            self.server = None


def example_text(port: int, replicas: list[int]) -> str:
    """The example with other ports, otherwise unchanged."""
    text = EXAMPLE.read_text()
    places = iter(replicas)
    text, servers = re.subn(
        r"server 127\.0\.0\.1:800[12] ", lambda _: f"server 127.0.0.1:{next(places)} ", text
    )
    text, listens = re.subn(r"listen 8000 ", f"listen 127.0.0.1:{port} ", text)
    assert (servers, listens) == (2, 1)
    return text


@contextmanager
def proxying(*replicas: Replica) -> Iterator[Server]:
    """Nginx with the example's configuration in front of these replicas."""
    assert NGINX, "nginx is missing: .ci/system-packages test"
    port = free_port()
    with TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx drops root privileges
        config, log = folder / "nginx.conf", folder / "log"
        config.write_text(example_text(port, [replica.port for replica in replicas]))
        with log.open("ab") as lines:
            command = [NGINX, "-p", name, "-c", str(config)]
            process = subprocess.Popen(command, stdout=lines, stderr=lines)
        try:
            wait_for(port, process, log)
            yield Server(port=port, process=process, log=log)
        finally:
            process.terminate()
            process.wait(timeout=60)


def connections(port: int) -> int:
    """Number of connections to a port, including those not yet accepted."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(field[1].endswith(f":{port:04X}") and field[3] == ESTABLISHED for field in fields)


@contextmanager
def replicated(folder: Path, **settings: str) -> Iterator[tuple[Server, Replica, Replica]]:
    """The proxy and two replicas that trust it."""
    settings = {"workers": "1", "threads": "8", "trusted_proxies": "1", **settings}
    one, other = (Replica(folder / name, **settings) for name in ("one", "other"))
    try:
        one.start()
        other.start()
        with proxying(one, other) as proxy:
            yield proxy, one, other
    finally:
        one.stop()
        other.stop()
