"""A cached design equals the computed one on every backend; invalid entries are computed again."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from designer.errors import Overloaded
from service.cache.sqlite_store import SqliteCacheStore
from service.designs.stored_design import load_stored_design
from service.settings.config import Config
from tests.cache.applications import (
    BRIEF,
    CountingRunner,
    application,
    ask_everything,
    cache_of,
    settings,
    stages,
)
from tests.real_processes.redis import RedisServer

BACKENDS = ("sqlite", "redis")


@pytest.fixture(params=BACKENDS)
def config(
    request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer, long_timeouts: None
) -> Config:
    """Settings of each backend, with long timeouts."""
    url = redis_server.url if request.param == "redis" else ""
    return settings(tmp_path / "state", redis_url=url)


@pytest.mark.torch
def test_cached_responses_equal_computed_ones_byte_for_byte(
    config: Config, runner: CountingRunner, tmp_path: Path
) -> None:
    """Body, tag and headers of every form, computed, from memory and from the store."""
    nowhere = settings(Path("/proc/nowhere"))
    with application(nowhere, runner) as without:
        made = ask_everything(without, BRIEF)
        assert cache_of(without).state()["state"] == "degraded"
    with application(config, runner) as first:
        assert ask_everything(first, BRIEF) == made
        assert ask_everything(first, BRIEF) == made
    with application(config, fail) as second:
        assert ask_everything(second, BRIEF) == made
        assert cache_of(second).state() == {
            "backend": "redis" if config.redis_url else "sqlite",
            "state": "ok",
            "reason": None,
        }
    assert {status for status, _, _ in made} == {200, 304}


def fail(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
    """A runner that must not be called."""
    raise AssertionError("this text is run again")


@pytest.mark.torch
def test_all_routes_to_a_design_share_one_verification(
    config: Config, runner: CountingRunner
) -> None:
    """A brief with the same source finds its receipt; parts and ids find the design."""
    with application(config, runner) as app:
        client = app.test_client()
        made = client.post("/v1/designs", json=BRIEF).json
        client.get(made["links"]["bundle"])
        client.get(made["links"]["self"])
        client.get("/v1/designs", query_string=BRIEF)
        assert runner.runs == 1
        given = client.post("/v1/designs", json=BRIEF | {"chain": made["chain"]["windows"]}).json
        assert given["source"] == made["source"]
        assert given["id"] != made["id"]
        assert given["verification"] == made["verification"]
        assert runner.runs == 1
        assert client.post("/v1/designs", json=BRIEF | {"latent_dim": 9}).status_code == 200
        assert runner.runs == 2


def test_the_stages_list_what_was_done(config: Config) -> None:
    """Computed: all stages; from the store: only the cache; from memory: none."""
    brief = BRIEF | {"verify": "none"}
    with application(config) as app:
        client = app.test_client()
        done = [stages(client.post("/v1/designs", json=brief)) for _ in range(2)]
        done.append(stages(client.get("/v1/designs", query_string=brief)))
        counts = cache_of(app).hit_counts.counts
    assert done == [["cache", "solve", "assemble", "render"], [], ["cache"]]
    assert counts["answers"] == {"hit": 1, "miss": 2}
    assert counts["memory"]["hit"] == 1


@pytest.mark.parametrize("change", ["release", "policy"])
def test_another_release_or_policy_has_its_own_entries(
    config: Config, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cache names include everything that a response depends on besides the brief."""
    with application(config) as app:
        app.test_client().post("/v1/designs", json=BRIEF | {"verify": "none"})
    if change == "release":
        monkeypatch.setattr("service.designs.verification_limits.release_name", lambda: "another")
        other = config
    else:
        other = Config(**{**vars(config), "full_width_mib": config.full_width_mib + 1})
    with application(other) as app:
        answer = app.test_client().post("/v1/designs", json=BRIEF | {"verify": "none"})
    assert "solve" in stages(answer)


def with_text(text: str) -> Callable[[str], str]:
    """The entry with another text below its tag."""
    return lambda entry: entry.partition("\n")[0] + "\n" + text


POISONS: dict[str, Callable[[str], str]] = {
    "no JSON": lambda entry: entry[:-2],
    "another type": with_text("[]"),
    "null": with_text("null"),
    "a tag alone": lambda entry: entry.partition("\n")[0],
    "no tag": lambda entry: entry.partition("\n")[2],
    "an empty tag": lambda entry: "\n" + entry.partition("\n")[2],
    "a tag that is none": lambda entry: entry[1:],
    "a tag with a space": lambda entry: " " + entry,
    "no document": with_text("{}"),
    "a nested type": with_text('{"source": 1}'),
    "a text more": lambda entry: f"{entry}{{}}",
    "lists without end": with_text("[" * 200_000),
    "a half of a surrogate pair": lambda entry: entry.replace("nn.", "\\udc80n."),
    "another source": lambda entry: entry.replace("nn.Sequential", "nn.Sequentiel"),
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_corrupted_entry_is_a_miss(poison: str, tmp_path: Path) -> None:
    """With a valid checksum but invalid content: the design is computed and cached again."""
    brief = BRIEF | {"verify": "none"}
    with application(settings(tmp_path)) as app:
        made = app.test_client().post("/v1/designs", json=brief)
    with application(settings(tmp_path)) as app:
        cache = cache_of(app)
        get = cache.get
        spoilt: list[str] = []

        def spoil(name: str) -> str | None:
            entry = get(name)
            if entry is None or not name.startswith("brief") or spoilt[1:]:
                return entry
            spoilt.append(name)
            return POISONS[poison](entry)

        cache.get = spoil  # type: ignore[method-assign]
        answer = app.test_client().post("/v1/designs", json=brief)
        assert len(spoilt) == 2  # before and after acquiring the lock
        assert "solve" in stages(answer)
    assert (answer.data, answer.headers["ETag"]) == (made.data, made.headers["ETag"])


@pytest.mark.parametrize("poison", POISONS)
def test_no_corrupted_entry_is_read(poison: str, tmp_path: Path) -> None:
    """The parser refuses each with a ValueError only."""
    with application(settings(tmp_path)) as app:
        made = app.test_client().post("/v1/designs", json=BRIEF | {"verify": "none"})
        entry = f"{made.get_etag()[0]}\n{made.text}"
    assert load_stored_design(entry).text == made.text
    with pytest.raises(ValueError, match=r"."):
        load_stored_design(POISONS[poison](entry))


@pytest.mark.parametrize("content", [b"", b"{}", zlib.compress(b"{}"), bytes(5000)])
def test_an_entry_written_by_another_program_is_a_miss(tmp_path: Path, content: bytes) -> None:
    """With every entry of the file overwritten."""
    brief = BRIEF | {"verify": "none"}
    with application(settings(tmp_path)) as app:
        made = app.test_client().post("/v1/designs", json=brief)
    disk = SqliteCacheStore(tmp_path, max_bytes=2**30)
    disk._use(lambda db: db.execute("UPDATE entries SET value = ?", (content,)).rowcount)
    disk.close()
    with application(settings(tmp_path)) as app:
        answer = app.test_client().post("/v1/designs", json=brief)
        assert "solve" in stages(answer)
        assert answer.data == made.data


@pytest.mark.torch
def test_accidents_are_never_cached_and_reach_every_caller(
    config: Config, runner: CountingRunner
) -> None:
    """Concurrent requests all get the accident; the next request gets the design."""
    accidents = [Overloaded("too many wait", waiting=1)] * 8

    def overloaded(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        if accidents:
            raise accidents.pop()
        return runner(job, discard=discard)

    with application(config, overloaded) as app:

        def ask(_: int) -> int:
            return app.test_client().post("/v1/designs", json=BRIEF).status_code

        while accidents:
            with ThreadPoolExecutor(8) as threads:
                statuses = set(threads.map(ask, range(min(8, len(accidents)))))
            assert statuses == {503}
        assert all(tier["hit"] == 0 for tier in cache_of(app).hit_counts.counts.values())
        assert ask(0) == 200


@pytest.mark.torch
def test_equal_concurrent_requests_compute_once(config: Config, runner: CountingRunner) -> None:
    """Twelve threads in two applications, as in two processes."""
    with application(config, runner) as one, application(config, runner) as other:

        def ask(app: Any) -> tuple[bytes, str]:  # noqa: ANN401 - Flask
            answer = app.test_client().post("/v1/designs", json=BRIEF)
            return answer.data, answer.headers["ETag"]

        with ThreadPoolExecutor(12) as threads:
            answers = set(threads.map(ask, [one, other] * 6))
    assert len(answers) == 1
    assert runner.runs == 1
