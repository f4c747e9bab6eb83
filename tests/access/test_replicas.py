"""Rate limits of real servers: replicas with one Redis count together, and work without it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.access.keys import BOB, bearer, client_of, entry
from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.servers import Server, serving
from tests.wait import wait_until

pytestmark = pytest.mark.slow

CHEAP = "/v1/layers/conv.svg?input_size=4&kernel_size=2"
LIMIT = 20

THREADS = 4

UNCOUNTED = THREADS
"""Threads of a process that find Redis gone together are served without being counted."""


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server of this test."""
    with serving_redis(tmp_path / "redis") as server:
        yield server


@contextmanager
def replicas(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, url: str, count: int = 2, **settings: str
) -> Iterator[list[Server]]:
    """Servers of two processes each that share only a Redis."""
    monkeypatch.setenv("REDIS_URL", url)
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                serving(
                    workers="2",
                    threads=str(THREADS),
                    state_folder=str(folder / f"state-{place}"),
                    **settings,
                )
            )
            for place in range(count)
        ]
        for server in servers:
            assert server.ask("/healthz").status == 200
        yield servers


def statuses(servers: list[Server], count: int, headers: dict[str, str] | None = None) -> list[int]:
    """Statuses of many concurrent requests, sent to all servers alternately."""
    with ThreadPoolExecutor(8) as clients:
        targets = [servers[place % len(servers)] for place in range(count)]
        return list(clients.map(lambda s: s.ask(CHEAP, headers=headers).status, targets))


def test_replicas_count_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    """Four processes on two ports serve exactly as many requests as one would, across restarts.

    On a busy machine Redis may be slow: a process then counts alone and serves more, which is
    allowed, but not for all three keys.
    """
    names = ("ann", "ben", "eve")
    keys = ",".join([*(entry(name, name) for name in names), entry("bob", BOB, "30/hour")])
    settings = {"api_keys": keys, "rate_limit": f"{LIMIT}/hour"}
    with replicas(monkeypatch, tmp_path, url=redis_server.url, **settings) as servers:
        served = [statuses(servers, 40, bearer(name)).count(200) for name in names]
        assert min(served) == LIMIT, served
        assert 30 <= statuses(servers, 40, bearer(BOB)).count(200) <= 40
        assert set(statuses(servers, 80)) == {401, 429}
    with replicas(monkeypatch, tmp_path, url=redis_server.url, count=1, **settings) as servers:
        served = [statuses(servers, 4, bearer(name)).count(200) for name in names]
        assert min(served) == 0, served


def test_redis_keys_expire(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    """A count expires with its window, so former clients leave no data."""
    with replicas(
        monkeypatch, tmp_path, url=redis_server.url, count=1, rate_limit=f"{LIMIT}/hour"
    ) as servers:
        statuses(servers, 5)
        with redis_server.client as inside:
            counts = [name for name in inside.keys() if "address:127.0.0.1" in name]  # noqa: SIM118
            assert len(counts) == 1
            assert 1 <= int(str(inside.get(counts[0]))) <= 5
            assert 0 < inside.ttl(counts[0]) <= 3600


def test_a_redis_restart_fails_no_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    """While Redis is down each process counts alone; afterwards they count together again."""
    with replicas(
        monkeypatch, tmp_path, url=redis_server.url, rate_limit=f"{LIMIT}/hour"
    ) as servers:
        assert statuses(servers, 4) == [200] * 4
        redis_server.kill()
        gone = statuses(servers, 200)
        assert set(gone) == {200, 429}
        assert LIMIT <= gone.count(200) <= 4 * (LIMIT + UNCOUNTED)
        redis_server.start()

        def counted() -> int:
            statuses(servers, 4)
            with redis_server.client as inside:
                (name,) = inside.keys("*address:127.0.0.1*")
                return int(str(inside.get(name)))

        wait_until(lambda: counted() > LIMIT, what="the replicas to count in Redis again")
        wait_until(lambda: set(statuses(servers, 16)) == {429}, what="all four to do so")


def test_a_hanging_redis_is_rarely_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    """Redis accepts connections without replying: a request waits 0.25 s, so few may try.

    Redis counts the requests of that time when it resumes.
    """
    with replicas(
        monkeypatch, tmp_path, url=redis_server.url, count=1, rate_limit="1000/hour"
    ) as servers:
        assert statuses(servers, 8) == [200] * 8
        before = connections(redis_server)
        redis_server.pause()
        assert [servers[0].ask(CHEAP).status for _ in range(100)] == [200] * 100
        redis_server.resume()
        assert connections(redis_server) - before <= 40


def connections(redis_server: RedisServer) -> int:
    """The number of connections that Redis has accepted."""
    with redis_server.client as inside:
        return int(inside.info("stats")["total_connections_received"])


def test_a_service_starts_without_its_redis(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    redis_server.kill()
    with replicas(
        monkeypatch, tmp_path, url=redis_server.url, count=1, rate_limit="5/hour"
    ) as servers:
        answers = statuses(servers, 30)
        assert set(answers) == {200, 429}
        assert 5 <= answers.count(200) <= 2 * (5 + UNCOUNTED)
        redis_server.start()


def test_concurrent_requests_survive_the_death_of_redis(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    """Several threads of one process lose Redis at the same time, and all respond."""
    with replicas(
        monkeypatch, tmp_path, url=redis_server.url, count=1, rate_limit="100000/hour"
    ) as servers:
        for _ in range(3):
            with ThreadPoolExecutor(1) as other:
                pending = other.submit(statuses, servers, 150)
                redis_server.kill()
                assert set(pending.result()) == {200}
            redis_server.start()


def test_a_full_redis_fails_no_request(redis_server: RedisServer) -> None:
    """A full Redis, or one without its required replicas, responds to every count with an error."""
    client = client_of(rate_limit="5/hour", redis_url=redis_server.url)
    assert client.get(CHEAP).status_code == 200
    with redis_server.client as inside:
        inside.config_set("min-replicas-to-write", 1)
    answers = [client.get(CHEAP).status_code for _ in range(12)]
    assert answers == [200] * 5 + [429] * 7
