"""DNS rebinding: a page whose name leads to this machine is called by that name, and is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.servers import Server, serving

pytestmark = [pytest.mark.torch, pytest.mark.slow]

BODY = json.dumps({"source": "x = 1", "input_shape": [3, 8, 8]}).encode()


@pytest.fixture(scope="module")
def open_server() -> Iterator[Server]:
    """A server without keys on a loopback address."""
    with serving(workers="1", threads="2", trace_timeout_s="5") as server:
        yield server


def post_with_host(server: Server, host: str | None) -> tuple[int, dict[str, Any]]:
    """Status and problem of an audit with these bytes as Host, over a raw connection."""
    lines = ["POST /v1/audits HTTP/1.1", *([] if host is None else [f"Host: {host}"])]
    lines += [
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        "Connection: close",
        "X-Forwarded-Host: localhost",
        "Forwarded: host=localhost",
    ]
    with server.connect() as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + BODY)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body) if b"json" in head else {}
    return int(head.split()[1]), problem


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:PORT", "LocalHost:PORT", "127.0.0.1:PORT", "127.8.9.1", "[::1]:PORT"],
)
def test_loopback_names_are_served(host: str, open_server: Server) -> None:
    """The source is run: it has no network."""
    status, problem = post_with_host(open_server, host.replace("PORT", str(open_server.port)))
    assert (status, problem["code"]) == (422, "source_failed"), problem
    assert problem["reasons"][0]["code"] == "no_network"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:PORT",
        "127.0.0.1.evil.example",
        "127.0.0.1.evil.example:PORT",
        "localhost.evil.example",
        "evil.localhost.example",
        "localhost.",
        "127.0.0.1.",
        "localhost@evil.example",
        "localhost:80@evil.example",
        "127.0.0.1:80@evil.example",
        "user@127.0.0.1",
        "[::1]evil.example",
        "[::1].evil.example:PORT",
        "[::1]@evil.example",
        "0.0.0.0",
        "[::]",
        "0",
        "127.1",
        "2130706433",
        "0x7f000001",
        "localhost evil.example",
        "localhost,evil.example",
        "localhost/evil.example",
        "localhost#evil.example",
        "localhost\\evil.example",
        "localhost\u00b2",
        "[::1",
        "",
        None,
    ],
    ids=repr,
)
def test_other_names_are_refused(host: str | None, open_server: Server) -> None:
    """No source is run: 422, or 400 for what is no host."""
    port = str(open_server.port)
    status, problem = post_with_host(open_server, host and host.replace("PORT", port))
    assert status in (400, 422), (status, problem)
    if status == 422:
        assert problem["code"] == "source_not_run", problem
        assert problem["reasons"][0]["code"] == "foreign_host"
