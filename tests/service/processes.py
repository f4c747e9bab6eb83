"""What tests ask /proc about the processes of a server."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.wait import wait_until


def children(pid: int) -> list[int]:
    """The processes that a process started; none where it has gone."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return sorted(found)


def only_child(pid: int) -> int:
    """The one process that a process starts, once it has: a server listens before that."""
    wait_until(lambda: bool(children(pid)), what="the process below")
    (child,) = children(pid)
    return child


def descendants(pid: int) -> list[int]:
    """The processes below a process, at any depth."""
    return [below for child in children(pid) for below in (child, *descendants(child))]


def maps(pid: int) -> str:
    """The files that a process has mapped; none where it has gone or is not ours to see."""
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""


def state(pid: int) -> str:
    """The state of a process as the kernel names it: T is stopped; X where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has noticed yet."""
    return state(pid) in "ZX"


def proportional_bytes(pid: int) -> int:
    """The memory of a process, with what it shares counted by its share (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def open_files(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
