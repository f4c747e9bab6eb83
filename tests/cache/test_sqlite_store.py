"""The SQLite file is bounded, shared by processes, and deleted if damaged."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from service.cache.fault_tolerant_store import FaultTolerantStore
from service.cache.sqlite_store import DATABASE_FILE, SqliteCacheStore
from tests.service.servers import ROOT
from tests.support import soak_count
from tests.wait import wait_until

MIB = 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SqliteCacheStore]:
    """A file with a large limit."""
    with closing(SqliteCacheStore(tmp_path / "state", max_bytes=64 * MIB)) as disk:
        yield disk


def test_entries_survive_a_restart(disk: SqliteCacheStore, tmp_path: Path) -> None:
    disk.put("key", b"first")
    disk.put("key", b"second")
    disk.close()
    with closing(SqliteCacheStore(tmp_path / "state", max_bytes=MIB)) as reopened:
        assert (reopened.get("key"), reopened.get("other")) == (b"second", None)


def test_the_store_is_opened_at_first_use(tmp_path: Path) -> None:
    """A server forks after creating the application."""
    SqliteCacheStore(tmp_path / "state", max_bytes=MIB).close()
    assert not (tmp_path / "state").exists()


def test_the_file_is_readable_by_its_owner_only(disk: SqliteCacheStore, tmp_path: Path) -> None:
    disk.put("key", b"")
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
    assert (tmp_path / "state" / DATABASE_FILE).stat().st_mode & 0o077 == 0


def test_the_file_is_bounded_and_the_oldest_entries_are_evicted(tmp_path: Path) -> None:
    """The limit includes the write-ahead log; the last entry is always present."""
    count, most = soak_count(1500, 20_000), MIB
    chance = random.Random(1)
    sizes = [chance.choice((10, 5_000, 60_000)) for _ in range(count)]
    with closing(SqliteCacheStore(tmp_path, max_bytes=most)) as disk:
        for number, size in enumerate(sizes):
            disk.put(str(number), bytes(size))
            assert disk.get(str(number)) is not None
        kept = [number for number in range(count) if disk.get(str(number)) is not None]
        assert kept == list(range(kept[0], count))
        assert sum(sizes[number] for number in kept) > most // 2
    assert (tmp_path / DATABASE_FILE).stat().st_size < 1.5 * most


def test_a_value_larger_than_the_bound_does_not_evict_others_for_long(tmp_path: Path) -> None:
    """Eviction ends, and the file remains usable."""
    with closing(SqliteCacheStore(tmp_path, max_bytes=100_000)) as disk:
        disk.put("large", bytes(MIB))
        disk.put("small", b"1")
        assert (disk.get("large"), disk.get("small")) == (None, b"1")


def test_many_threads_and_processes_share_one_file(disk: SqliteCacheStore, tmp_path: Path) -> None:
    """Two processes with four threads each put and get concurrently; no value is wrong."""
    program = f"""
import sys
from tests.cache.test_sqlite_store import share
from service.cache.sqlite_store import SqliteCacheStore
from pathlib import Path
share(SqliteCacheStore(Path({str(tmp_path / "state")!r}), max_bytes=64 * 2**20), "child")
"""
    child = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    share(disk, "parent")
    assert child.wait(timeout=120) == 0
    found = [disk.get(f"{name} 3 {step}") for name in ("parent", "child") for step in range(50)]
    assert None not in found


def share(disk: SqliteCacheStore, name: str) -> None:
    """Put own values and read those of all processes; retry if the file is locked."""

    def work(thread: int) -> None:
        for step in range(50):
            key = f"{name} {thread} {step}"
            wait_until(lambda key=key: done(lambda: disk.put(key, key.encode())), what="the file")
            for other in ("parent", "child"):
                place = f"{other} {thread} {step}"
                if done(lambda place=place: disk.get(place)):
                    assert disk.get(place) in (None, place.encode())

    def done(call: Callable[[], object]) -> bool:
        try:
            call()
        except (sqlite3.OperationalError, TimeoutError):
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))


@pytest.mark.parametrize("damage", ["garbage", "cut", "holes"])
def test_a_damaged_file_is_removed(tmp_path: Path, damage: str) -> None:
    """A power failure loses cached entries only, and the service recovers."""
    with closing(SqliteCacheStore(tmp_path, max_bytes=MIB)) as disk:
        for number in range(50):
            disk.put(str(number), bytes(4_000))
    file = tmp_path / DATABASE_FILE
    content = bytearray(file.read_bytes())
    if damage == "garbage":
        content[:] = b"not a database at all" * 5_000
    elif damage == "cut":
        del content[len(content) // 3 :]
    else:
        content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(content)
    with closing(
        FaultTolerantStore(SqliteCacheStore(tmp_path, max_bytes=MIB), pause_s=0)
    ) as guarded:

        def works() -> bool:
            guarded.put("new", b"1")
            return guarded.get("new") == b"1" and guarded.state()["state"] == "ok"

        wait_until(works, what="a new file")


def test_an_unknown_table_layout_is_a_store_failure(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as db:
        db.execute("CREATE TABLE entries (something INTEGER)")
    with closing(FaultTolerantStore(SqliteCacheStore(tmp_path, max_bytes=MIB))) as guarded:
        assert guarded.get("key") is None
        assert guarded.state()["state"] == "degraded"


def test_a_value_that_is_not_a_blob_is_not_returned(disk: SqliteCacheStore, tmp_path: Path) -> None:
    """Another program has written into the file."""
    disk.put("key", b"1")
    with closing(sqlite3.connect(tmp_path / "state" / DATABASE_FILE)) as db, db:
        db.execute("UPDATE entries SET value = ?", (json.dumps({"a": 1}),))
    assert disk.get("key") == '{"a": 1}'  # type: ignore[comparison-overlap]  # sealing refuses it


def test_a_lock_has_one_holder_at_a_time(tmp_path: Path) -> None:
    """Two stores on one folder, as in two processes."""
    inside, most = 0, 0
    lock = threading.Lock()

    def work(store: SqliteCacheStore) -> None:
        nonlocal inside, most
        end = store.acquire_lock("key", timeout_s=60)
        with lock:
            inside += 1
            most = max(most, inside)
        with lock:
            inside -= 1
        end()

    stores = [SqliteCacheStore(tmp_path, max_bytes=MIB) for _ in range(2)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, stores * 20))
    assert most == 1


def test_waiting_for_a_lock_times_out(tmp_path: Path) -> None:
    """A lock that is held too long does not block others."""
    one, other = (SqliteCacheStore(tmp_path, max_bytes=MIB) for _ in range(2))
    end = one.acquire_lock("key", timeout_s=1)
    start = time.monotonic()
    other.acquire_lock("key", timeout_s=0.05)()
    assert time.monotonic() - start < 30
    end()


def test_a_killed_process_releases_its_lock(tmp_path: Path) -> None:
    """Its lock is released with the process."""
    program = f"""
import time
from pathlib import Path
from service.cache.sqlite_store import SqliteCacheStore
SqliteCacheStore(Path({str(tmp_path)!r}), max_bytes=1).acquire_lock("key", timeout_s=60)
print("mine", flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "mine\n"
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=60) == -signal.SIGKILL
    SqliteCacheStore(tmp_path, max_bytes=1).acquire_lock("key", timeout_s=600)()
