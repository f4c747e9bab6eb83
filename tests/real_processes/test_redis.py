"""The Redis of the tests keeps its data, and can be paused and restarted."""

from __future__ import annotations

import pytest
from redis import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from tests.real_processes.redis import RedisServer


def test_a_killed_server_comes_back_with_what_it_had(redis_server: RedisServer) -> None:
    with redis_server.client as client:
        client.set("kept", "1")
    redis_server.kill()
    redis_server.start()
    with redis_server.client as client:
        assert client.get("kept") == "1"


def test_a_paused_server_takes_connections_and_answers_nothing(redis_server: RedisServer) -> None:
    redis_server.pause()
    with (
        Redis.from_url(redis_server.url, socket_timeout=0.1) as client,
        pytest.raises(RedisTimeout),
    ):
        client.ping()
    redis_server.resume()
    with redis_server.client as client:
        assert client.ping()
