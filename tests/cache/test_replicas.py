"""Real servers share one cache: processes of one machine, and two replicas with one Redis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.servers import Answer, Server, serving

pytestmark = [pytest.mark.torch, pytest.mark.slow]

DESIGN = "/v1/designs?resolution=16&base_channels=4&latent_dim="
CALLERS = 12


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The Redis of the replicas."""
    with serving_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def replicas(redis: RedisServer) -> Iterator[list[Server]]:
    """Two servers with separate folders and a shared Redis."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(workers="1", redis_url=redis.url)) for _ in ("one", "other")
        ]


def computed_once(servers: list[Server], latent_dims: range) -> bool:
    """Whether concurrent equal requests verify the source once.

    There are several tries: on a busy machine a server continues without a slow Redis, and a run
    of half a minute makes waiting requests time out.
    """
    for latent_dim in latent_dims:
        with ThreadPoolExecutor(CALLERS) as threads:
            futures = [
                threads.submit(servers[caller % len(servers)].ask, f"{DESIGN}{latent_dim}")
                for caller in range(CALLERS)
            ]
        answers = [future.result() for future in futures]
        if any(answer.status == 503 for answer in answers):
            continue
        assert len({answer.body for answer in answers}) == 1
        if sum(map(verified_here, answers)) == 1:
            return True
    return False


def verified_here(answer: Answer) -> bool:
    """Whether the source was verified for this response."""
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["verification"]["verdict"] == "verified"
    return "verify;" in (answer.headers["Server-Timing"] or "")


def test_a_design_of_one_replica_is_served_by_the_other(replicas: list[Server]) -> None:
    """The same bytes and tag, without another verification."""
    one, other = replicas
    made, served = one.ask(f"{DESIGN}8"), other.ask(f"{DESIGN}8")
    assert (verified_here(made), verified_here(served)) == (True, False)
    assert (made.body, made.headers["ETag"]) == (served.body, served.headers["ETag"])
    bundle = other.ask(f"{made.headers['Content-Location']}/bundle.zip")
    assert (bundle.status, "verify;" in (bundle.headers["Server-Timing"] or "")) == (200, False)


def test_equal_requests_to_both_are_computed_once(replicas: list[Server]) -> None:
    """Concurrently, before the design is cached."""
    assert computed_once(replicas, range(1000, 1005))


def test_without_redis_each_replica_works_alone(replicas: list[Server], redis: RedisServer) -> None:
    """A hung or dead Redis fails no request; once back, its entries are shared again."""
    one, other = replicas
    made = one.ask(f"{DESIGN}10")
    redis.pause()
    assert verified_here(one.ask(f"{DESIGN}11"))
    redis.resume()
    redis.kill()
    assert verified_here(other.ask(f"{DESIGN}11"))
    redis.start()
    for latent_dim in range(12, 200):
        one.ask(f"{DESIGN}{latent_dim}")
        if not verified_here(other.ask(f"{DESIGN}{latent_dim}")):
            break
    else:
        raise AssertionError("the replicas share nothing since Redis came back")
    assert not verified_here(other.ask(f"{DESIGN}10"))
    assert other.ask(f"{DESIGN}10").body == made.body


def test_the_processes_of_a_machine_compute_once() -> None:
    """Three web processes with one folder."""
    with serving(workers="3") as server:
        assert computed_once([server], range(1000, 1005))
