"""Slow and incomplete clients: their requests are refused, and others are not blocked."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse

import pytest

from tests.service.servers import Server, serving

pytestmark = pytest.mark.slow

BODY = b'{"resolution": 16, "latent_dim": 1, "verify": "none"}'
HEAD = b"POST /v1/designs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
THREADS = 3


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """A server of three threads with a client timeout of one second."""
    with serving(workers="1", threads=str(THREADS), client_timeout_s="1") as running:
        assert running.ask("/healthz").status == 200  # it listens before it serves
        yield running


def connect(server: Server, stack: ExitStack, sent: bytes) -> socket.socket:
    """A connection on which these bytes were sent."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
    client.sendall(sent)
    return client


def all_of(client: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    pieces = bytearray()
    while piece := client.recv(65_536):
        pieces += piece
    return bytes(pieces)


@pytest.mark.parametrize("missing", [1, 100])
def test_a_body_that_breaks_off_is_refused_even_where_it_reads_well(
    hasty: Server, missing: int
) -> None:
    """The received bytes are valid JSON, but Content-Length is larger."""
    with ExitStack() as stack:
        client = connect(hasty, stack, HEAD % (len(BODY) + missing) + BODY)
        client.shutdown(socket.SHUT_WR)
        head, _, body = all_of(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    problem = json.loads(body)
    assert problem["code"] == "bad_request"
    assert problem["facts"] == {"announced": len(BODY) + missing, "received": len(BODY)}


def test_half_sent_requests_do_not_block_others(hasty: Server) -> None:
    """There are more of them than threads, and other clients are served."""
    with ExitStack() as stack:
        begun = (b"GET /healthz HT", HEAD % 100, HEAD % 100 + BODY, b"GET / HTTP/1.1\r\nX: ")
        clients = [connect(hasty, stack, sent) for sent in begun]
        assert len(clients) > THREADS
        assert hasty.ask("/healthz").status == 200
        ends = [all_of(client) for client in clients]
    assert [end[:13] for end in ends] == [b"", b"HTTP/1.1 400 ", b"HTTP/1.1 400 ", b""]


def test_a_trickling_client_is_timed_out(hasty: Server) -> None:
    """The timeout is for the whole request, not for each byte."""
    with ExitStack() as stack:
        client = connect(hasty, stack, b"GET /healthz HTTP/1.1\r\nX: ")
        with pytest.raises(OSError):  # noqa: PT011 - a reset or a broken pipe
            trickle(client)


def test_connections_left_open_do_not_block_others(hasty: Server) -> None:
    """While the server closes them it serves others."""
    with ExitStack() as stack:
        ended = [connect(hasty, stack, b"nonsense\r\n\r\n") for _ in range(THREADS - 1)]
        time.sleep(0.3)
        assert hasty.ask("/healthz").status == 200
        for client in ended * 2:
            client.sendall(b"x")
            time.sleep(0.1)
        assert all(all_of(client).startswith(b"HTTP/1.1 400 ") for client in ended)


def test_a_slow_client_within_the_timeout_is_served(hasty: Server) -> None:
    """Two requests on one connection, each in pieces, each within the timeout."""
    with ExitStack() as stack:
        client = connect(hasty, stack, b"")
        for _ in range(2):
            for piece in (HEAD % len(BODY), BODY[:10], BODY[10:]):
                client.sendall(piece)
                time.sleep(0.2)
            answer = HTTPResponse(client)
            answer.begin()
            assert (answer.status, json.loads(answer.read())["brief"]["latent_dim"]) == (200, 1)
            time.sleep(1)


def trickle(client: socket.socket) -> None:
    """One byte at a time, for twenty seconds."""
    for _ in range(200):
        client.sendall(b"a")
        time.sleep(0.1)
