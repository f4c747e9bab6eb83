"""Shutdown of a server: requests in progress are finished, new connections are refused."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.faults.background_load import Load
from tests.service.processes import children, descendants, is_gone
from tests.service.servers import Server, start_server
from tests.support import soak_count
from tests.wait import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.torch]

PATH = "/v1/designs?resolution=16&latent_dim={}&base_channels=4&verify=none"


@pytest.mark.parametrize("turn", range(soak_count(2, 40)))
def test_requests_in_progress_are_finished_before_the_end(tmp_path: Path, turn: int) -> None:
    """Clients connected before the signal are served; the port is closed long before the end."""
    server = start_server(tmp_path, workers="2", threads="4")
    load = Load(port=server.port, path=lambda number: PATH.format(number + 1), clients=16)
    with load.running():
        load.wait_for(50)
        stop_time = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=120) == 0
        assert load.exchanges[-1].connected is None or load.exchanges[-1].status is None
    begun = [each for each in load.exchanges if each.connected and each.connected < stop_time]
    assert [each for each in begun if each.status != 200] == []
    for each in begun:
        assert json.loads(each.body)["id"]


def test_a_verification_is_finished_before_the_end(tmp_path: Path) -> None:
    """The most expensive request, on its own connection, while torch is still loading.

    Meanwhile an idle connection is served once more, with ``not_ready``, and closed; new
    connections are refused; and afterwards no process is left.
    """
    server = start_server(tmp_path, warm=True, workers="1", threads="4")
    kept = HTTPConnection("127.0.0.1", server.port, timeout=120)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read()
    below = descendants(server.pid)
    answers: list[object] = []
    body = json.dumps({"resolution": 64, "latent_dim": 77}).encode()
    asking = threading.Thread(target=lambda: answers.append(post(server, body)))
    asking.start()
    wait_until(lambda: b"verifications_pending 1.0" in read_metrics(kept), what="the verification")
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: is_closed(server), what="the port to close")
    kept.request("GET", "/readyz")
    answer = kept.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (503, "close")
    assert json.loads(answer.read())["detail"] == "the web process is stopping"
    below += descendants(server.pid)
    asking.join(timeout=240)
    assert answers == [(200, "verified")]
    assert server.process.wait(timeout=120) == 0
    wait_until(lambda: all(is_gone(pid) for pid in below), what="every process to end")


def test_a_second_server_takes_over_the_port_without_a_gap(tmp_path: Path) -> None:
    """SIGUSR2 starts a server of the new release on the same port, SIGTERM ends the old one."""
    server = start_server(tmp_path, warm=True, workers="1", threads="4")
    load = Load(port=server.port, path=lambda number: PATH.format(number + 1), clients=4)
    second: list[int] = []
    below: list[int] = []
    try:
        with load.running():
            load.wait_for(20)
            (old,) = children(server.pid)
            server.process.send_signal(signal.SIGUSR2)
            wait_until(lambda: len(children(server.pid)) == 2, what="the second server")
            second = [pid for pid in children(server.pid) if pid != old]
            wait_until(lambda: len(descendants(second[0])) > 1, what="its verifying process")
            below = descendants(server.pid)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=120) == 0
            load.wait_for(50)
        assert [each for each in load.exchanges if each.status != 200] == []
    finally:
        server.stop()
        for pid in second:
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: all(is_gone(pid) for pid in below), what="every process to end")


def post(server: Server, body: bytes) -> tuple[int, str]:
    """Status and verdict of the response to a brief."""
    headers = {"Content-Type": "application/json"}
    answer = server.ask("/v1/designs", method="POST", body=body, headers=headers)
    return answer.status, answer.json["verification"]["verdict"]


def read_metrics(connection: HTTPConnection) -> bytes:
    """The response of /metrics over a persistent connection."""
    connection.request("GET", "/metrics")
    return connection.getresponse().read()


def is_closed(server: Server) -> bool:
    """Whether the server no longer listens."""
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False
