"""A client that leaves takes its work along: what it asked for is stopped, and others are served."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.service.servers import Server, serving
from tests.wait import wait_until

pytestmark = pytest.mark.slow

DEAR = {"resolution": [128, 128, 128], "latent_dim": 100}
WIDE_SEARCH = {
    "kernel_sizes": [*range(1, 65)],
    "strides": [*range(1, 39)],
    "max_layers": 64,
    "exact": "any",
}
SMALL = "/v1/designs?resolution=16&latent_dim=4&base_channels=4"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of one process with two verifying processes, of which one is used."""
    with serving(workers="1", threads="8", verify_processes="1", verify_queue="2") as running:
        assert running.ask(SMALL).status == 200
        yield running


def send(server: Server, stack: ExitStack, path: str, body: dict[str, Any]) -> socket.socket:
    """A client that has sent a request and does not read the response."""
    client = stack.enter_context(server.connect())
    text = json.dumps(body).encode()
    client.sendall(
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n".encode()
        + text
    )
    return client


def verifier(server: Server) -> dict[str, int]:
    """The state of the verifying processes."""
    parts: dict[str, dict[str, int]] = server.ask("/readyz").json["parts"]
    return parts["verifier"]


def left(server: Server, path: str) -> int:
    """How many requests for a path ended because their client had left."""
    return sum((line.get("route"), line.get("status")) == (path, 499) for line in server.lines)


def test_abandoned_designs_free_the_verifying_process(server: Server) -> None:
    """One runs, two wait, all leave: the next small design is neither refused nor late."""
    with ExitStack() as stack:
        for number in range(3):
            send(server, stack, "/v1/designs", DEAR | {"latent_dim": 100 + number})
        wait_until(
            lambda: (verifier(server)["busy"], verifier(server)["waiting"]) == (1, 2),
            what="the dear designs",
        )
    wait_until(lambda: left(server, "/v1/designs") == 3, what="the dear designs to end")
    assert verifier(server)["busy"] == 0
    assert server.ask(SMALL.replace("16", "20")).status == 200


def test_a_design_that_another_client_waits_for_is_computed(server: Server) -> None:
    """The first client leaves, and the second gets the design."""
    body = DEAR | {"resolution": [96, 96], "base_channels": 8}
    with ExitStack() as stack:
        second = send(server, stack, "/v1/designs", body)
        with ExitStack() as first:
            send(server, first, "/v1/designs", body)
        assert second.recv(12) == b"HTTP/1.1 200"


def test_an_abandoned_search_ends_early(server: Server) -> None:
    """It is counted as left, not as refused for its size."""
    before = left(server, "/v1/chains")
    with ExitStack() as stack:
        for _ in range(2):
            send(server, stack, "/v1/chains", {"to": [4096, 4095], "search": WIDE_SEARCH})
    wait_until(lambda: left(server, "/v1/chains") == before + 2, what="the searches to end")
    assert not any(line.get("code") == "search_too_large" for line in server.lines)
