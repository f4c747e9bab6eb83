"""Ambiguous HTTP requests: each gets one response, and no second request is found in it.

gunicorn must see the same end of a request as any proxy, or the rest would be read as the
next request of another client.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.access.keys import ALICE, entry
from tests.access.raw_http import exchange
from tests.service.servers import Server, serving

pytestmark = pytest.mark.slow

BODY = b'{"resolution": 16, "latent_dim": 1, "verify": "none"}'
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/designs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def chunk(size: bytes, *, after: bytes = b"\r\n0\r\n\r\n") -> bytes:
    """A request with one chunk, with this line before and after it."""
    return POST + CHUNKED + b"\r\n" + size + BODY + after


SIZE = b"%x" % len(BODY)

REFUSED = {
    # two different lengths
    "length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": POST + LENGTH + b"Content-Length: 0\r\n\r\n" + BODY,
    "twice the same length": POST + LENGTH + LENGTH + b"\r\n" + BODY,
    "list of lengths": POST + b"Content-Length: 53, 53\r\n\r\n" + BODY,
    "signed length": POST + b"Content-Length: +53\r\n\r\n" + BODY,
    "negative length": POST + b"Content-Length: -1\r\n\r\n" + BODY,
    "hexadecimal length": POST + b"Content-Length: 0x35\r\n\r\n" + BODY,
    "length with underscore": POST + b"Content-Length: 5_3\r\n\r\n" + BODY,
    "length of 5,000 digits": POST + b"Content-Length: %s\r\n\r\n" % (b"9" * 5000) + BODY,
    "blank before the colon": POST + b"Content-Length : 53\r\n\r\n" + BODY,
    # codings that other parsers may read differently
    "chunks twice": POST + CHUNKED + CHUNKED + b"\r\n" + CHUNKS,
    "chunks, then identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS,
    "identity alone": POST + b"Transfer-Encoding: identity\r\n" + LENGTH + b"\r\n" + BODY,
    "gzip alone": POST + b"Transfer-Encoding: gzip\r\n\r\n" + CHUNKS,
    "gzip, then chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKS,
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    "quoted coding": POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + CHUNKS,
    "vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "blank before the coding's colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS,
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + CHUNKS,
    # unusual line ends
    "folded header": POST + b"X-A: 1\r\n 2\r\n" + LENGTH + b"\r\n" + BODY,
    "folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKS,
    "line feeds alone": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "one line feed alone": b"GET /healthz HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n",
    "carriage return alone": b"GET /healthz HTTP/1.1\r\nHost: x\rX-A: 1\r\n\r\n",
    "null": GET + b"X-A: a\0b\r\n\r\n",
    "no colon": GET + b"nonsense\r\n\r\n",
    "header name that is none": GET + b"X-\xc3\xa9: 1\r\n\r\n",
    # chunks
    "extension with a line feed": chunk(SIZE + b";a=\n") + HIDDEN,
    "size in C": chunk(b"0x" + SIZE + b"\r\n"),
    "signed size": chunk(b"+" + SIZE + b"\r\n"),
    "negative size": chunk(b"-1\r\n"),
    "size with underscore": chunk(b"3_5\r\n"),
    "blank after the size": chunk(SIZE + b" \r\n"),
    "long extension": chunk(SIZE + b";" + b"a" * 100_000 + b"\r\n"),
    "chunk that goes on": chunk(SIZE + b"\r\n", after=b"XX0\r\n\r\n"),
    "length in the trailer": chunk(SIZE + b"\r\n", after=b"\r\n0\r\nContent-Length: 5\r\n\r\n"),
    "endless trailer": chunk(SIZE + b"\r\n", after=b"\r\n0\r\n" + b"X-A: 1\r\n" * 20_000),
    # request line and Host
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "no host with a body": POST.replace(b"Host: x\r\n", b"") + LENGTH + b"\r\n" + BODY + HIDDEN,
    "no host in a whole address": b"GET http://x/healthz HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: y\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/2.0": b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n",
    "PROXY line": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET + b"\r\n",
    "unknown expectation": POST + b"Expect: nonsense\r\n" + LENGTH + b"\r\n" + BODY,
    "header of 100 kB": GET + b"Authorization: Bearer " + b"x" * 100_000 + b"\r\n\r\n",
    "1,000 headers": GET + b"X-A: 1\r\n" * 1000 + b"\r\n",
    "body that is too large, full of requests": POST
    + b"Content-Length: 2000000\r\n\r\n"
    + HIDDEN * 10,
}

SERVED = {
    "length": POST + LENGTH + b"\r\n" + BODY,
    "chunks": POST + CHUNKED + b"\r\n" + CHUNKS,
    "tab before the coding": POST + b"Transfer-Encoding:\tchunked\r\n\r\n" + CHUNKS,
    "coding in capitals": POST + b"Transfer-Encoding: CHUNKED\r\n\r\n" + CHUNKS,
    "underscore: another header": POST
    + b"Transfer_Encoding: chunked\r\n"
    + LENGTH
    + b"\r\n"
    + BODY,
    "extension": chunk(SIZE + b";a=b\r\n"),
    "unread body": GET + b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "unread chunks": GET + CHUNKED + b"\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN),
}


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """A server with a client timeout of two seconds."""
    with serving(workers="1", threads="4", client_timeout_s="2") as running:
        assert running.ask("/healthz").status == 200
        yield running


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_an_ambiguous_message_is_refused_once_and_the_connection_closed(
    hasty: Server, sent: bytes
) -> None:
    """One response with 4xx or 501; then the connection is closed, whatever else was sent."""
    got = exchange(hasty.port, sent)
    assert got.closed
    assert len(got.statuses) == 1, got
    assert 400 <= got.statuses[0] < 500 or got.statuses[0] == 501
    assert json.loads(got.received.partition(b"\r\n\r\n")[2])["status"] == got.statuses[0]


@pytest.mark.parametrize("sent", SERVED.values(), ids=SERVED)
def test_a_well_formed_message_gets_one_response(hasty: Server, sent: bytes) -> None:
    """A body is not parsed as a request, and the data after it is the next request."""
    got = exchange(hasty.port, sent + HIDDEN + b"GET /healthz HTTP/1.0\r\n\r\n")
    assert got.closed
    assert got.statuses == [200, 200, 200], got


def test_a_coding_that_means_nothing_is_refused_within_its_bounds(hasty: Server) -> None:
    """The server finds the next request after it, as after any chunked body."""
    doubtful = POST + b"Transfer-Encoding: identity, chunked\r\n\r\n" + CHUNKS
    got = exchange(hasty.port, doubtful + HIDDEN + b"GET /healthz HTTP/1.0\r\n\r\n")
    assert got.statuses == [400, 200, 200], got


@pytest.mark.parametrize(
    "sent",
    [
        chunk(b"f" * 40 + b"\r\n"),
        POST + CHUNKED + b"\r\n" + CHUNKS.replace(b"\r\n", b"\n"),
        POST + b"Content-Length: 54\r\n\r\n" + BODY,
    ],
    ids=["endless chunk", "chunks with line feeds", "one byte short"],
)
def test_a_message_without_an_end_is_refused_in_time(hasty: Server, sent: bytes) -> None:
    """The server waits for the rest until the client timeout."""
    got = exchange(hasty.port, sent)
    assert got.closed
    assert got.statuses in ([400], [])


KEY_LINE = b"Authorization: Bearer %s\r\n" % ALICE.encode()
SHOW = b"GET /v1/designs/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

ON_THE_WIRE = {
    "the key": (KEY_LINE, 404),
    "blanks around it, which HTTP drops": (
        b"Authorization: \t Bearer %s \t\r\n" % ALICE.encode(),
        404,
    ),
    "any case of the name": (KEY_LINE.replace(b"Authorization", b"aUTHORIZATION"), 404),
    "the header twice": (KEY_LINE * 2, 401),
    "a wrong one first": (b"Authorization: Bearer wrong\r\n" + KEY_LINE, 401),
    "a wrong one last": (KEY_LINE + b"Authorization: Bearer wrong\r\n", 401),
    "an empty one last": (KEY_LINE + b"Authorization:\r\n", 401),
    "another scheme first": (b"Authorization: Basic eA==\r\n" + KEY_LINE, 401),
    "two blanks": (KEY_LINE.replace(b"Bearer ", b"Bearer  "), 401),
    "bytes of Latin-1": (KEY_LINE.replace(b"\r\n", b"\xe9\r\n"), 401),
    "bytes that are no text": (KEY_LINE.replace(b"\r\n", b"\xff\xfe\r\n"), 401),
    "8 kB": (b"Authorization: Bearer %s\r\n" % (b"x" * 8000), 401),
    "100 kB": (b"Authorization: Bearer %s\r\n" % (b"x" * 100_000), 431),
    "a null": (KEY_LINE.replace(b"\r\n", b"\0\r\n"), 400),
    "folded": (KEY_LINE.replace(b"Bearer ", b"Bearer\r\n "), 400),
    "an underscore": (KEY_LINE.replace(b"Authorization", b"Authorization_"), 401),
    "as CGI names it": (KEY_LINE.replace(b"Authorization", b"HTTP_AUTHORIZATION"), 401),
}


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    """A server configured with a key."""
    with serving(workers="1", threads="4", api_keys=entry("alice", ALICE)) as running:
        assert running.ask("/healthz").status == 200
        yield running


@pytest.mark.parametrize(("lines", "status"), ON_THE_WIRE.values(), ids=ON_THE_WIRE)
def test_keys_on_the_wire(locked: Server, lines: bytes, status: int) -> None:
    """One header with one key, which a proxy and the service read in the same way."""
    got = exchange(locked.port, SHOW + lines + b"\r\n")
    assert got.closed
    assert got.statuses == [status], got
    assert (b"unknown_id_version" in got.received) == (
        status == 404
    )  # the request reached the view
    assert ALICE.encode() not in got.received


BYPASS_ATTEMPTS = {
    "encoded": b"GET /%76%31/designs/x HTTP/1.1\r\n",
    "encoded twice": b"GET /%2576%2531/designs/x HTTP/1.1\r\n",
    "encoded slash": b"GET /v1%2fdesigns/x HTTP/1.1\r\n",
    "two slashes": b"GET //v1/designs/x HTTP/1.1\r\n",
    "through an open folder": b"GET /static/../v1/designs/x HTTP/1.1\r\n",
    "through it, encoded": b"GET /static/..%2fv1/designs/x HTTP/1.1\r\n",
    "through problems": b"GET /problems/../v1/designs/x HTTP/1.1\r\n",
    "with a parameter": b"GET /v1/designs/x;/healthz HTTP/1.1\r\n",
    "with a fragment": b"GET /v1/designs/x#/healthz HTTP/1.1\r\n",
    "with an open query": b"GET /v1/designs/x?/healthz HTTP/1.1\r\n",
    "absolute": b"GET http://x/v1/designs/x HTTP/1.1\r\n",
    "absolute, open host": b"GET http:///healthz/../v1/designs/x HTTP/1.1\r\n",
    "script name": b"GET /static/v1/designs/x HTTP/1.1\r\nSCRIPT_NAME: /static\r\n",
    "script name of the version": b"GET /v1/designs/x HTTP/1.1\r\nSCRIPT_NAME: /v1\r\n",
    "path of a header": b"GET /healthz HTTP/1.1\r\nPATH_INFO: /v1/designs/x\r\n",
    "open path of a header": b"GET /v1/designs/x HTTP/1.1\r\nPATH_INFO: /healthz\r\n",
    "original address": b"GET /v1/designs/x HTTP/1.1\r\nX-Original-URL: /healthz\r\n",
    "rewritten address": b"GET /healthz HTTP/1.1\r\nX-Rewrite-URL: /v1/designs/x\r\n",
    "another method": b"GET /v1/designs/x HTTP/1.1\r\nX-HTTP-Method-Override: OPTIONS\r\n",
    "OPTIONS": b"OPTIONS /v1/designs/x HTTP/1.1\r\n",
    "user of a proxy": b"GET /v1/designs/x HTTP/1.1\r\nX-Forwarded-User: alice\r\n",
    "user of the server": b"GET /v1/designs/x HTTP/1.1\r\nREMOTE_USER: alice\r\n",
    "loopback": b"GET /v1/designs/x HTTP/1.1\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n",
}


def test_no_header_changes_the_path(locked: Server) -> None:
    """Otherwise a client could reach `/metrics` behind a proxy that blocks it."""
    for name in (b"SCRIPT_NAME", b"SCRIPT-NAME"):
        head = (
            b"GET /x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + name + b": /x\r\n\r\n"
        )
        assert exchange(locked.port, head).statuses == [401]


@pytest.mark.parametrize("head", BYPASS_ATTEMPTS.values(), ids=BYPASS_ATTEMPTS)
def test_no_spelling_of_a_path_bypasses_authentication(locked: Server, head: bytes) -> None:
    """Authorization checks the routed path, so no spelling reaches a design without a key."""
    got = exchange(locked.port, head + b"Host: x\r\nConnection: close\r\n\r\n")
    assert len(got.statuses) == 1, got
    assert b"unknown_id_version" not in got.received
    assert got.statuses[0] < 500
