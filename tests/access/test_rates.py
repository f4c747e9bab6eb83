"""Rate limits per client: exactly the allowed number of requests is served."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from service.access.authentication import METRICS_PATH, OPEN_PATHS
from service.access.rate_limits import redis_options, storage_uri
from service.problems.registry import PROBLEMS
from tests.access.keys import ALICE, BOB, CHEAP, KEYS, SCRAPER, bearer, client_of, entry


def served(
    client: FlaskClient,
    count: int,
    *,
    address: str = "192.0.2.1",
    headers: dict[str, str] | None = None,
    path: str = CHEAP,
) -> int:
    """The number of these requests that are not refused with 429."""
    refused = 0
    for _ in range(count):
        with client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address}) as answer:
            refused += answer.status_code == 429
    return count - refused


def test_no_limit_unless_one_is_set() -> None:
    assert served(client_of(), 300) == 300


def test_exceeding_the_rate_limit_is_a_problem_with_its_numbers() -> None:
    """429 with Retry-After; served responses have no rate limit headers."""
    client = client_of(rate_limit="3/minute")
    fine = [client.get(CHEAP) for _ in range(3)]
    assert [answer.status_code for answer in fine] == [200] * 3
    for answer in fine:
        assert "Retry-After" not in answer.headers
        assert not [name for name, _ in answer.headers if "ratelimit" in name.lower()]
    answer = client.get(CHEAP)
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert answer.json["code"] == "too_many_requests"
    retry_after_s = int(answer.headers["Retry-After"])
    assert 30 <= retry_after_s <= 60
    assert answer.json["facts"] == {"limit": 3, "window_s": 60, "retry_after_s": retry_after_s}
    assert answer.json["detail"].startswith("the limit of 3 requests in 60 s is reached")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-ID"]


def test_every_503_and_429_says_when_to_come_back() -> None:
    """The problems of the registry with status 503 are exactly the accidental ones."""
    assert all(problem.accidental == (problem.status == 503) for problem in PROBLEMS.values())


def test_each_of_several_limits_applies() -> None:
    for limit in ("100/second;3/hour", "3/day,100/minute", "3 per 2 hours | 100 per second"):
        client = client_of(rate_limit=limit)
        assert served(client, 9, address="127.0.0.1") == 3
        assert client.get(CHEAP).json["facts"]["limit"] == 3


def test_each_client_is_counted_separately() -> None:
    client = client_of(rate_limit="3/hour")
    assert served(client, 5) == 3
    assert served(client, 5, address="192.0.2.2") == 3
    assert served(client, 5, address="2001:db8::1") == 3
    assert served(client, 5, address="2001:db8:0:1::1") == 3


def test_a_network_of_addresses_is_one_client() -> None:
    """An IPv6 client has 2⁶⁴ addresses, and a mapped IPv4 address is the IPv4 address."""
    client = client_of(rate_limit="3/hour")
    taken = [served(client, 1, address=f"2001:db8::{place:x}") for place in range(1, 9)]
    assert taken == [1, 1, 1, 0, 0, 0, 0, 0]
    assert served(client, 2, address="192.0.2.9") == 2
    assert served(client, 2, address="::ffff:192.0.2.9") == 1


def test_all_paths_count_together() -> None:
    """Other routes, methods and unknown paths do not bypass the limit."""
    client = client_of(rate_limit="6/hour")
    taken = [
        client.get(CHEAP),
        client.head(CHEAP),
        client.post("/v1/chains", json={"to": 64}),
        client.get("/v1/designs/damaged"),
        client.get("/nowhere"),
        client.delete("/v1/designs"),
        client.get("/v1/layers/conv.svg"),
    ]
    assert [answer.status_code for answer in taken[3:]] == [404, 404, 405, 429]


def test_operator_routes_are_not_counted() -> None:
    """Cheap texts and pages are not counted either."""
    client = client_of(rate_limit="1/hour")
    for path in (*OPEN_PATHS, METRICS_PATH, "/problems/no_chain", "/static/docs.js"):
        assert served(client, 3, path=path) == 3, path
    assert client.options("/v1/designs").status_code == 200
    assert [client.get(CHEAP).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.{n}"},
        {"X-Forwarded-For": "198.51.100.{n}, 127.0.0.1"},
        {"Forwarded": "for=198.51.100.{n}"},
        {"X-Real-IP": "198.51.100.{n}"},
        {"X-Client-IP": "198.51.100.{n}"},
        {"CF-Connecting-IP": "198.51.100.{n}"},
        {"X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer {n}"},
        {"X-Request-ID": "{n}", "User-Agent": "{n}", "Cookie": "session={n}"},
    ],
)
def test_headers_cannot_bypass_the_rate_limit(headers: dict[str, str]) -> None:
    """Without configured proxies, forwarding headers are ignored."""
    client = client_of(rate_limit="3/hour")
    taken = [
        served(client, 1, headers={name: text.format(n=n) for name, text in headers.items()})
        for n in range(6)
    ]
    assert taken == [1, 1, 1, 0, 0, 0]


def test_behind_proxies_the_address_is_the_one_they_saw() -> None:
    """Proxies append the last entries; the client may have written those before."""
    client = client_of(rate_limit="3/hour", trusted_proxies=2)

    def ask(forwarded: str) -> int:
        return served(client, 1, address="10.0.0.1", headers={"X-Forwarded-For": forwarded})

    seen = "{client}, 10.0.0.2"
    assert [ask(seen.format(client="198.51.100.1")) for _ in range(5)] == [1, 1, 1, 0, 0]
    spoofed = [ask(f"203.0.113.{n}, {seen.format(client='198.51.100.1')}") for n in range(3)]
    assert spoofed == [0, 0, 0]
    assert ask(seen.format(client="198.51.100.2")) == 1
    # Fewer entries than proxies: the client bypassed one, so its own address counts.
    assert [ask(f"203.0.113.{n}") for n in range(5)] == [1, 1, 1, 0, 0]


def test_invalid_addresses_are_one_client() -> None:
    client = client_of(rate_limit="3/hour", trusted_proxies=1)
    made_up = ("unknown", "_hidden", "1.2.3.4.5", "x" * 5000, "''")
    taken = [served(client, 1, headers={"X-Forwarded-For": text}) for text in made_up]
    assert taken == [1, 1, 1, 0, 0]


def test_a_key_has_its_own_count_and_limit() -> None:
    """Independent of the address; a key without its own limit has the common one."""
    keys = (entry("alice", ALICE), entry("bob", BOB, "5/hour"), entry("metrics", SCRAPER))
    client = client_of(api_keys=keys, rate_limit="3/hour")
    assert served(client, 6, headers=bearer(ALICE)) == 3
    assert served(client, 6, headers=bearer(BOB)) == 5
    assert served(client, 2, headers=bearer(ALICE), address="192.0.2.2") == 0
    assert client.get(CHEAP, headers=bearer(BOB)).json["facts"]["limit"] == 5


def test_two_keys_of_one_name_count_together() -> None:
    keys = (entry("alice", ALICE), entry("alice", BOB))
    client = client_of(api_keys=keys, rate_limit="3/hour")
    taken = [served(client, 1, headers=bearer(key)) for key in (ALICE, BOB, ALICE, BOB, ALICE)]
    assert taken == [1, 1, 1, 0, 0]


def test_a_key_may_be_limited_alone() -> None:
    client = client_of(api_keys=(entry("alice", ALICE), entry("bob", BOB, "2/hour")))
    assert served(client, 20, headers=bearer(ALICE)) == 20
    assert served(client, 5, headers=bearer(BOB)) == 2


def test_wrong_keys_count_for_the_sending_address() -> None:
    """Guessing is slow, and does not use up the limit of a key's owner at the same address."""
    client = client_of(api_keys=KEYS, rate_limit="3/hour")
    codes = [client.get(CHEAP, headers=bearer(f"guess {n}")).json["code"] for n in range(5)]
    assert codes == ["wrong_key"] * 3 + ["too_many_requests"] * 2
    assert client.get(CHEAP).json["code"] == "too_many_requests"
    assert served(client, 5, headers=bearer(ALICE)) == 3


def test_responses_name_no_other_client() -> None:
    """They contain no names, addresses or requests of others."""
    client = client_of(api_keys=KEYS, rate_limit="1/hour")
    for key in (ALICE, BOB):
        served(client, 2, headers=bearer(key), address="192.0.2.77")
    answers = [
        client.get(path, headers=headers)
        for path in (CHEAP, "/nowhere", "/openapi.json", "/problems", METRICS_PATH)
        for headers in ({}, bearer("guess"), bearer(ALICE))
    ]
    for answer in answers:
        words = answer.text + json.dumps(list(answer.headers))
        for secret in ("alice", "bob", "192.0.2.77", *KEYS, ALICE, BOB):
            assert secret not in words


def test_concurrent_requests_do_not_exceed_the_limit() -> None:
    """Counting is atomic."""
    application = client_of(rate_limit="40/hour").application
    with ThreadPoolExecutor(16) as threads:
        taken = threads.map(lambda _: served(application.test_client(), 10), range(16))
        assert sum(taken) == 40


def test_a_slow_redis_is_called_once_with_a_short_timeout() -> None:
    """redis-py would retry three times with pauses of seconds."""
    options = redis_options()
    assert options["socket_timeout"] <= 0.25
    assert options["socket_connect_timeout"] <= 0.25
    assert options["retry"].get_retries() == 0
    assert storage_uri("rediss://r.example:6379/1") == "rediss://r.example:6379/1"
