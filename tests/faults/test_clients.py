"""Clients that disconnect, stall or leave connections unused do not block other clients."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from service.http.gunicorn_worker import DeadlineSocket
from tests.service.processes import only_child, open_files, threads
from tests.service.servers import Server, serving
from tests.support import soak_count
from tests.wait import wait_until

pytestmark = pytest.mark.slow

LARGE = json.dumps({"input_size": [8_000], "kernel_size": [16], "include": ["matrix"]}).encode()
"""A request whose response is larger than all buffers between server and client."""

HEAD = (
    b"POST /v1/layers/conv HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n"
)
THREADS = 2


@pytest.fixture(scope="module")
def patient_server() -> Iterator[Server]:
    """A server with two threads and a client timeout of an hour."""
    with serving(workers="1", threads=str(THREADS), client_timeout_s="3600") as running:
        assert running.ask("/healthz").status == 200
        yield running


def ask_for_much(server: Server, stack: ExitStack) -> socket.socket:
    """A client that reads only the first bytes of its large response."""
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(120)
    client.connect(("127.0.0.1", server.port))
    client.sendall(HEAD % len(LARGE) + LARGE)
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


@pytest.mark.parametrize("turn", range(soak_count(2, 20)))
def test_a_client_that_disconnects_during_its_response_frees_its_thread(
    patient_server: Server, turn: int
) -> None:
    """Repeatedly with as many clients as threads; no thread or file is leaked."""
    worker = only_child(patient_server.pid)
    with ExitStack() as stack:
        for _ in range(THREADS):
            ask_for_much(patient_server, stack)
    assert patient_server.ask("/healthz").status == 200
    wait_until(lambda: open_files(worker) < 40, what="the connections to be closed")
    assert threads(worker) <= THREADS + 2


def test_a_client_that_reads_nothing_loses_its_response() -> None:
    """It blocks a thread until the client timeout and no longer."""
    with (
        serving(workers="1", threads=str(THREADS), client_timeout_s="2") as hasty,
        ExitStack() as stack,
    ):
        stalled = [ask_for_much(hasty, stack) for _ in range(THREADS)]
        assert hasty.ask("/healthz").status == 200
        got = [sum(iter(lambda c=client: len(c.recv(65_536)), 0)) for client in stalled]  # type: ignore[misc]
        assert min(got) < 7_000_000  # the other client may not have reached its timeout yet


def test_a_response_is_sent_with_its_head_and_body_together() -> None:
    """A process that is killed has sent both or nothing."""
    here, there = socket.socketpair()
    with DeadlineSocket.adopt(here) as client, there:
        there.setblocking(False)
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert there.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for rest in (b"body", b""):
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with pytest.raises(BlockingIOError):
                there.recv(100)
            client.sendall(rest) if rest else client.flush()
            assert there.recv(100) == b"HTTP/1.1 200 OK\r\n\r\n" + rest
        client.flush()
        client.sendall(b"HTTP/1.1 304 NOT MODIFIED\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert there.recv(100) == b"HTTP/1.1 304 NOT MODIFIED\r\n\r\n"


def test_a_hundred_half_open_connections_block_no_other_client() -> None:
    """Without data, or with a part of a head or a body."""
    begun = (b"", b"GET /healthz HT", HEAD % 100, HEAD % len(LARGE) + LARGE[:9])
    with (
        serving(workers="2", threads="16", client_timeout_s="2") as server,
        ExitStack() as stack,
    ):
        for number in range(100):
            client = stack.enter_context(server.connect())
            client.sendall(begun[number % len(begun)])
        statuses = [
            server.ask(f"/v1/designs?resolution=16&latent_dim={number}&verify=none").status
            for number in range(1, 6)
        ]
        assert statuses == [200] * 5
