"""Merging of the metric files of ended processes into one file per kind.

Each process counts in its own files. Without merging, those of ended processes would
accumulate, fill the memory that holds them, and slow down every collection.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path

from filelock import FileLock, Timeout
from prometheus_client.mmap_dict import MmapedDict

MERGED_KINDS = ("counter", "histogram")
"""Kinds whose values outlive their process; gauges end with it."""

LOCK_TIMEOUT_S = 5.0


@contextmanager
def lock_metric_files(folder: Path) -> Iterator[bool]:
    """Lock that keeps files from being merged while they are read; False on a timeout."""
    lock = FileLock(folder / "reading.lock")
    try:
        lock.acquire(timeout=LOCK_TIMEOUT_S)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def merge_ended_processes(folder: Path) -> None:
    """Merge the files of ended processes; the sum over all files does not change."""
    with lock_metric_files(folder) as locked:
        for kind in MERGED_KINDS if locked else ():
            ended = [file for file in folder.glob(f"{kind}_[0-9]*.db") if not _is_alive(file)]
            if ended:
                _merge_files(ended, into=folder / f"{kind}_past.db")


def _merge_files(ended: list[Path], *, into: Path) -> None:
    sums: Counter[str] = Counter()
    for file in (into, *ended):
        # a process killed while creating its file leaves an unreadable one
        with suppress(FileNotFoundError, struct.error, RuntimeError, ValueError):
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
                sums[key] += value
    draft = into.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    merged = MmapedDict(str(draft))  # type: ignore[no-untyped-call]
    for key, value in filter(itemgetter(0), sums.items()):
        merged.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    merged.close()  # type: ignore[no-untyped-call]
    draft.replace(into)
    for file in ended:
        file.unlink()


def _is_alive(file: Path) -> bool:
    """Whether the process whose id is in the file name exists."""
    return Path("/proc", file.stem.rpartition("_")[2]).exists()
