"""The nginx example: slow clients block no others, and restarts of replicas fail no request."""

from __future__ import annotations

import http.client
import json
import re
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.access.raw_http import exchange
from tests.access.test_smuggling import HIDDEN, REFUSED
from tests.faults.background_load import Load
from tests.faults.proxy import Replica, connections, proxying, replicated
from tests.faults.test_clients import HEAD, LARGE, ask_for_much
from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.servers import Server
from tests.support import soak_count
from tests.wait import wait_until

pytestmark = pytest.mark.slow

DESIGN = "/v1/designs?resolution=16&base_channels=4&verify=none&latent_dim="
JSON = {"Content-Type": "application/json"}
HALF_OPEN = 1_000


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The example in front of two replicas with two threads each, which clients could block."""
    folder = tmp_path_factory.mktemp("proxied")
    with replicated(folder, threads="2") as (server, _, _):
        yield server


def test_a_thousand_half_open_connections_block_no_other_client(proxy: Server) -> None:
    """Without data, or with a part of a head or a body: none of them reaches a replica."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    begun = (b"", b"GET /healthz HT", HEAD % 100, HEAD % len(LARGE) + LARGE[:9])
    try:
        with ExitStack() as stack:
            for number in range(HALF_OPEN):
                client = stack.enter_context(proxy.connect())
                client.sendall(begun[number % len(begun)])
            for number in range(1, 21):
                assert proxy.ask(f"{DESIGN}{number}").status == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_clients_that_read_slowly_hold_no_thread(proxy: Server) -> None:
    """More clients than the replicas have threads, each with megabytes of unread response."""
    with ExitStack() as stack:
        clients = [ask_for_much(proxy, stack) for _ in range(4)]
        threads = stack.enter_context(ThreadPoolExecutor(10))  # all within the clients' 30 s
        futures = [threads.submit(proxy.ask, f"{DESIGN}{number}") for number in range(1, 11)]
        assert [each.result().status for each in futures] == [200] * 10
        assert len(all_of(clients[0])) > 7_000_000


def all_of(client: socket.socket) -> bytes:
    """The rest of a response of known length."""
    received = bytearray()
    while len(received) < 7_200_000 and (piece := client.recv(1_000_000)):
        received += piece
    return bytes(received)


@pytest.mark.parametrize(
    "head",
    [
        b"\x16\x03\x01",
        b"GET / HTTP/1.1",
        b"GET / HTTP/2.0\r\nHost: x",
        b"GET /%00 HTTP/1.1\r\nHost: x",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9000,
        b"POST /v1/sweeps HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip",
        b"TRACE /v1/sweeps HTTP/1.1\r\nHost: x",
    ],
)
def test_a_malformed_request_head_is_a_problem_document(proxy: Server, head: bytes) -> None:
    """Never one of nginx's own pages."""
    with proxy.connect() as client:
        client.sendall(head + b"\r\n\r\n")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        received = json.loads(answer.read())
    assert (answer.status, received["status"], received["code"]) == (400, 400, "bad_request")


def test_a_refusal_by_the_proxy_is_a_problem_document(proxy: Server, tmp_path: Path) -> None:
    """With the service's own limits, and with Retry-After if no replica responds."""
    answer = proxy.ask("/v1/designs", method="POST", body=b" " * (2**20 + 1), headers=JSON)
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    fits = proxy.ask("/v1/designs", method="POST", body=b" " * 2**20, headers=JSON)
    assert (fits.status, fits.json["code"]) == (400, "empty_body")
    assert proxy.ask("/v1/designs/" + "1" * 8000).status == 404
    for path, status in (("/v1/designs/" + "1" * 8300, 414), ("/metrics", 404), ("/readyz", 404)):
        answer = proxy.ask(path)
        assert (answer.status, answer.json["status"]) == (status, status)
    with proxying(Replica(tmp_path), Replica(tmp_path)) as alone:
        answer = alone.ask("/healthz")
    assert (answer.status, answer.json["code"]) == (503, "accident")
    assert answer.headers["Retry-After"] == "2"


def test_request_ids_pass_through_the_proxy(proxy: Server) -> None:
    """A plain id of the client is kept, any other is replaced; both logs contain the id."""
    sent = {"X-Request-ID": "abc-1"}
    assert proxy.ask("/healthz", headers=sent).headers["X-Request-ID"] == "abc-1"
    made = proxy.ask("/healthz", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"]
    assert made != "a b"
    wait_until(
        lambda: {"abc-1", made} <= {line["request_id"] for line in proxied(proxy)},
        what="the proxy's log",
    )


def proxied(proxy: Server) -> list[dict[str, str]]:
    """The requests in the proxy's log."""
    lines = proxy.log.read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_nothing_is_smuggled_through_the_proxy(tmp_path: Path) -> None:
    """Ambiguous messages, each followed by a hidden request: replicas see only what nginx sent."""
    with replicated(tmp_path, log_level="debug") as (proxy, one, other):
        with ThreadPoolExecutor(16) as clients:
            messages = [sent + HIDDEN for sent in REFUSED.values()]
            list(clients.map(lambda sent: exchange(proxy.port, sent, quiet_s=1), messages))

        def seen() -> int:
            assert one.server is not None
            assert other.server is not None
            events = [line["event"] for each in (one, other) for line in each.server.lines]  # type: ignore[union-attr]
            return events.count("request") + events.count("request refused before it was read")

        def sent_on() -> int:
            tries = [line["upstream_status"] for line in proxied(proxy)]
            return sum(len(re.split("[,:]", each)) for each in tries if each)

        wait_until(lambda: sent_on() >= seen(), what="the proxy's log to account for all")
        assert sent_on() > 10


def test_replicas_restart_alternately_without_a_failed_request(tmp_path: Path) -> None:
    """Killed or shut down under load: every request at the proxy succeeds."""
    with (
        serving_redis(tmp_path / "redis") as redis,
        replicated(tmp_path, redis_url=redis.url) as (proxy, one, other),
    ):
        load = Load(port=proxy.port, path=lambda number: f"{DESIGN}{number % 500 + 1}", clients=4)
        posts = Load(
            port=proxy.port,
            path=lambda number: "/v1/layers/solve",
            method="POST",
            body=lambda number: b'{"op": "conv", "input_size": [64], "output_size": [32]}',
            clients=2,
        )
        with load.running(), posts.running():
            for turn in range(soak_count(2, 20)):
                for replica in (one, other):
                    load.wait_for(30)
                    (replica.stop if turn % 2 else replica.kill)()
                    load.wait_for(30)
                    replica.start()
                    load.wait_for(10)
        for each in (load, posts):
            assert [exchange for exchange in each.exchanges if exchange.status != 200] == []


def test_a_request_that_one_replica_refused_and_the_other_lost_is_retried(
    tmp_path: Path,
) -> None:
    """The first replica was down; the second was killed before it responded, the first is up again.

    A sweep is not retried, since it could start twice: the response has Retry-After.
    """
    sweep = b'{"designs": [{"resolution": 16, "latent_dim": 4}], "verify": "none"}'
    with replicated(tmp_path) as (proxy, one, other), ThreadPoolExecutor(16) as clients:
        one.kill()
        other.pause()
        before = connections(other.port)
        designs = [clients.submit(proxy.ask, f"{DESIGN}{number}") for number in range(1, 13)]
        sweeps = [
            clients.submit(proxy.ask, "/v1/sweeps", method="POST", body=sweep, headers=JSON)
            for _ in range(4)
        ]
        wait_until(lambda: connections(other.port) >= before + 16, what="all to reach the other")
        one.start()
        other.kill()
        assert [design.result().status for design in designs] == [200] * 12
        for answer in [each.result() for each in sweeps]:
            assert (answer.status, answer.json["code"]) == (503, "accident")
            assert answer.headers["Retry-After"] == "2"


def test_replicas_share_designs_and_limits(tmp_path: Path) -> None:
    """A design is computed once for both replicas, and a client has one rate limit at both.

    A replica continues without a slow Redis, as on a busy machine: there are several attempts.
    """
    with serving_redis(tmp_path / "redis") as redis:
        assert any(
            shared_by_replicas(tmp_path / str(attempt), redis, attempt) for attempt in range(3)
        )


def shared_by_replicas(folder: Path, redis: RedisServer, attempt: int) -> bool:
    """Whether two new replicas shared a new design and a client's rate limit."""
    with redis.client as inside:
        inside.flushall()
    with replicated(folder, redis_url=redis.url, rate_limit="20/hour") as (proxy, one, other):
        answers = [proxy.ask(f"{DESIGN}{7 + attempt}") for _ in range(30)]
        said = {"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9"}
        feigned = proxy.ask(f"{DESIGN}1", headers=said).status  # forged addresses are ignored
        served = [answer for answer in answers if answer.status == 200]
        assert len({answer.headers["ETag"] for answer in served}) == 1
        lines = [each.server.lines for each in (one, other) if each.server is not None]
    request_counts = [len([line for line in each if line["event"] == "request"]) for each in lines]
    assert min(request_counts) > 5
    made = [line for each in lines for line in each if "solve" in line.get("stages", {})]
    return (
        [answer.status for answer in answers] == [200] * 20 + [429] * 10
        and feigned == 429
        and len(made) == 1
    )


def test_events_come_through_the_proxy_one_by_one(tmp_path: Path) -> None:
    """Each event arrives at once, before the stream ends; the stream ends with its replica."""
    sweep = json.dumps(
        {"designs": [{"resolution": 16, "latent_dim": 4}], "verify": "none"}
    ).encode()
    with (
        serving_redis(tmp_path / "redis") as redis,
        replicated(tmp_path, redis_url=redis.url) as (proxy, one, other),
    ):
        job = proxy.ask("/v1/sweeps", method="POST", body=sweep, headers=JSON).json
        assert proxy.ask(job["links"]["self"]).json["state"] == "queued"  # there is no worker
        with proxy.connect() as client:
            client.sendall(f"GET {job['links']['events']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            received = bytearray()
            while b"event: job\n" not in received:
                piece = client.recv(65_536)
                assert piece, bytes(received)
                received += piece
            one.stop()
            other.stop()
            while piece := client.recv(65_536):
                received += piece
        assert b"X-Accel-Buffering" not in received
        assert b"event: end" not in received
