"""Redis killed, hung, full and restarted: the cache never delays a request for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise

import pytest

from service.cache.fault_tolerant_store import FaultTolerantStore
from service.cache.redis_store import LOCK_LEASE_S, TIMEOUT_S, RedisCacheStore
from tests.real_processes.redis import RedisServer
from tests.wait import wait_until


class Counting(RedisCacheStore):
    """Counts the commands that reach the server."""

    calls = 0

    def get(self, key: str) -> bytes | None:
        """The bytes of a key."""
        self.calls += 1
        return super().get(key)


@pytest.fixture
def store(redis_server: RedisServer) -> Iterator[Counting]:
    """A store on a server of this test."""
    with closing(Counting(redis_server.url, ttl_s=3600)) as store:
        yield store


def test_an_entry_of_one_client_is_read_by_another(
    store: RedisCacheStore, redis_server: RedisServer
) -> None:
    """It has the prefix of the service and an expiry time."""
    store.put("key", b"\x00\xff")
    with closing(RedisCacheStore(redis_server.url, ttl_s=1)) as other:
        assert (other.get("key"), other.get("none")) == (b"\x00\xff", None)
    with redis_server.client as client:
        (name,) = client.keys("*")
        assert name == "gan-designer:cache:key"
        assert 0 < client.ttl(name) <= 3600


@pytest.mark.parametrize("fault", ["killed", "hangs"])
def test_a_dead_server_costs_one_timeout(
    store: Counting, redis_server: RedisServer, fault: str
) -> None:
    """One caller waits for it, five hundred others do not."""
    store.put("key", b"1")
    redis_server.kill() if fault == "killed" else redis_server.pause()
    guarded = FaultTolerantStore(store, pause_s=3600)
    start = time.monotonic()
    assert {guarded.get("key") for _ in range(500)} == {None}
    taken = time.monotonic() - start
    assert store.calls == 1
    assert taken < TIMEOUT_S + 5  # allows for a busy machine, far below 500 times 0.25 s
    state = guarded.state()
    assert (state["backend"], state["state"]) == ("redis", "degraded")
    assert state["reason"]


def test_one_call_of_a_hung_server_is_bounded(
    store: RedisCacheStore, redis_server: RedisServer
) -> None:
    """Without retries: redis-py would retry three times by default."""
    store.put("key", b"1")
    redis_server.pause()
    times = []
    for _ in range(5):
        start = time.monotonic()
        with pytest.raises(OSError, match=r"[Tt]ime"):
            raise_as_os_error(lambda: store.get("key"))
        times.append(time.monotonic() - start)
    assert TIMEOUT_S / 2 < min(times) < 2 * TIMEOUT_S


def raise_as_os_error(call: Callable[[], object]) -> None:
    """Call and turn the timeout of redis-py into an OSError."""
    try:
        call()
    except Exception as error:
        raise OSError(str(error) or type(error).__name__) from error


@pytest.mark.parametrize("fault", ["killed", "hangs"])
def test_redis_is_used_once_it_is_back(
    store: Counting, redis_server: RedisServer, fault: str
) -> None:
    """With its persisted entries, without restarting the service."""
    guarded = FaultTolerantStore(store, pause_s=0.05)
    guarded.put("key", b"1")
    assert guarded.get("key") == b"1"
    redis_server.kill() if fault == "killed" else redis_server.pause()
    assert guarded.get("key") is None
    redis_server.start() if fault == "killed" else redis_server.resume()
    wait_until(lambda: guarded.get("key") == b"1", what="Redis to be used again")
    wait_until(lambda: guarded.state()["state"] == "ok", what="the state to be ok")


def test_a_full_server_is_still_read(store: RedisCacheStore, redis_server: RedisServer) -> None:
    """It refuses writes, but reads work."""
    guarded = FaultTolerantStore(store, pause_s=0)
    guarded.put("key", b"1")
    with redis_server.client as client:
        client.config_set("maxmemory", "1")
        guarded.put("other", b"2")
        assert (guarded.get("key"), guarded.get("other")) == (b"1", None)
        assert guarded.state()["reason"] == "OutOfMemoryError"
        client.config_set("maxmemory", "0")
    assert guarded.state()["state"] == "ok"


def test_a_lock_has_one_holder_and_expires(
    store: RedisCacheStore, redis_server: RedisServer
) -> None:
    """A dead replica blocks others for a limited time; the wait times out earlier."""
    end = store.acquire_lock("key", timeout_s=1)
    with redis_server.client as client:
        (name,) = client.keys("*turn*")
        assert 0 < client.pttl(name) <= LOCK_LEASE_S * 1000
        store.acquire_lock("key", timeout_s=0.1)()
        assert client.keys("*turn*") == [name]
        end()
        assert client.keys("*turn*") == []
        late = store.acquire_lock("key", timeout_s=1)
        client.delete(name)  # as after its expiry
        late()


def test_a_lock_is_renewed_while_its_holder_lives(
    store: RedisCacheStore, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For any duration of the work; without its holder it expires."""
    monkeypatch.setattr("service.cache.redis_store.LOCK_LEASE_S", 1.0)
    end = store.acquire_lock("key", timeout_s=1)
    with redis_server.client as client:
        (name,) = client.keys("*turn*")
        start = time.monotonic()
        times: list[float] = []
        while time.monotonic() < start + 1.5:
            times.append(client.pttl(name))
        assert any(later > earlier for earlier, later in pairwise(times))
        end()
        assert client.keys("*turn*") == []
