"""What web processes counted that have ended: in one file of each kind, however many they were.

Each process counts in files of its own. Left alone, those of the dead would pile up, fill the memory
they are in, and make every reading slower.
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
"""What is counted for ever; what is told of the present goes with its process."""

LOCK_TIMEOUT_S = 5.0


@contextmanager
def lock_metric_files(folder: Path) -> Iterator[bool]:
    """Keep files from being folded while they are read; False where somebody else does not end."""
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
    """Add up what the ended processes counted; the sum of all files stays the same."""
    with lock_metric_files(folder) as locked:
        for kind in MERGED_KINDS if locked else ():
            ended = [file for file in folder.glob(f"{kind}_[0-9]*.db") if not _is_alive(file)]
            if ended:
                _merge_files(ended, into=folder / f"{kind}_past.db")


def _merge_files(ended: list[Path], *, into: Path) -> None:
    sums: Counter[str] = Counter()
    for file in (into, *ended):
        # a process that was killed while it made its file leaves one that cannot be read
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
    """Whether there is a process of the number that a file is named after."""
    return Path("/proc", file.stem.rpartition("_")[2]).exists()
