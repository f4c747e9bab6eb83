"""With any fault of the folder or its disk the responses are the same, and the state reports it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.cache.sqlite_store import DATABASE_FILE
from tests.cache.concurrent_clients import ask_twice
from tests.service.servers import ROOT


def ask_in_child(how: str, folder: Path) -> dict[str, Any]:
    """Results of a child process."""
    command = [sys.executable, "-m", "tests.cache.concurrent_clients", how, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    heard: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return heard


def answers(heard: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Digests and tags without their origin."""
    return [[(digest, tag) for digest, tag, _ in heard[turn]] for turn in ("first", "second")]


def assert_same_answers(heard: dict[str, Any], healthy: dict[str, Any], reason: str) -> None:
    """The same bytes and tags; the state names the fault."""
    assert answers(heard) == answers(healthy)
    assert (heard["state"]["backend"], heard["state"]["state"]) == ("sqlite", "degraded")
    assert reason in heard["state"]["reason"]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Results with a healthy folder."""
    heard = ask_twice(tmp_path_factory.mktemp("healthy"))
    assert heard["state"] == {"backend": "sqlite", "state": "ok", "reason": None}
    assert {found for *_, found in heard["first"]} == {False}
    assert {found for *_, found in heard["second"]} == {True}
    return heard


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user of the machine can reach."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


def test_a_read_only_folder(folder: Path, healthy: dict[str, Any]) -> None:
    """No file can be created in it."""
    state = folder / "state"
    state.mkdir(mode=0o555)
    assert_same_answers(ask_in_child("strangely", state), healthy, "ermission")
    assert list(state.iterdir()) == []


def test_a_read_only_file(folder: Path, healthy: dict[str, Any]) -> None:
    """A cache file that cannot be written is left unchanged."""
    state = folder / "state"
    ask_twice(state)
    for place in (state, *state.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
    kept = (state / DATABASE_FILE).read_bytes()
    assert_same_answers(ask_in_child("strangely", state), healthy, "ermission")
    assert (state / DATABASE_FILE).read_bytes() == kept


def test_a_folder_of_another_user(folder: Path, healthy: dict[str, Any]) -> None:
    """It cannot be read."""
    state = folder / "state"
    ask_twice(state)
    state.chmod(0o700 if os.geteuid() == 0 else 0)
    assert_same_answers(ask_in_child("strangely", state), healthy, "ermission")
    state.chmod(0o700)


def test_a_file_where_the_folder_should_be(folder: Path, healthy: dict[str, Any]) -> None:
    (folder / "state").write_text("in the way")
    assert_same_answers(ask_twice(folder / "state"), healthy, "File exists")


def test_a_folder_where_the_file_should_be(folder: Path, healthy: dict[str, Any]) -> None:
    (folder / "state" / DATABASE_FILE).mkdir(parents=True)
    assert_same_answers(ask_twice(folder / "state"), healthy, "unable to open")


@pytest.mark.parametrize("max_bytes", ["0", "20000", "60000"])
def test_a_file_that_cannot_grow(folder: Path, healthy: dict[str, Any], max_bytes: str) -> None:
    """The system refuses writes, at the first byte or in the middle."""
    assert_same_answers(ask_in_child(max_bytes, folder / "state"), healthy, "Error")


def test_a_disk_that_fills_up(folder: Path, healthy: dict[str, Any]) -> None:
    """Earlier entries are still read; once space is free, it is used again."""
    heard = ask_in_child("filling", folder)
    assert_same_answers(heard, healthy, "Error")
    assert {found for *_, found in heard["first"]} == {True}
