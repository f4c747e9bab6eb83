"""Information about processes from /proc."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.wait import wait_until


def children(pid: int) -> list[int]:
    """The child processes of a process; none if it has ended."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return sorted(found)


def only_child(pid: int) -> int:
    """The only child of a process, once it exists: a server listens before that."""
    wait_until(lambda: bool(children(pid)), what="the process below")
    (child,) = children(pid)
    return child


def descendants(pid: int) -> list[int]:
    """The processes below a process, at any depth."""
    return [below for child in children(pid) for below in (child, *descendants(child))]


def maps(pid: int) -> str:
    """The mapped files of a process; none if it has ended or belongs to another user."""
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""


def state(pid: int) -> str:
    """The kernel's state of a process: T is stopped; X if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def is_gone(pid: int) -> bool:
    """Whether a process has ended, including zombies."""
    return state(pid) in "ZX"


def proportional_bytes(pid: int) -> int:
    """The proportional set size (PSS) of a process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def resident_set_bytes(pid: int) -> int:
    """The resident set size (RSS) of a process, with the pages that it shares."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def open_files(pid: int) -> int:
    """The number of open descriptors of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    """The number of threads of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
