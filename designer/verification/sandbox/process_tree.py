"""Killing a process with all its descendants, including those that left its session."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def parent_pids() -> dict[int, int]:
    """The parent's id of every process in /proc."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state = (entry / "stat").read_text().rpartition(")")[2].split()
                found[int(entry.name)] = int(state[1])
    return found


def descendants(ancestor: int) -> set[int]:
    """The descendants of a process, without the process itself."""
    parent_of = parent_pids()
    members: set[int] = set()
    new = {ancestor}
    while new:
        new = {child for child, parent in parent_of.items() if parent in new} - members
        members |= new
    return members


def kill_process_tree(ancestor: int) -> None:
    """Kill a child of this process with its session and all its descendants, and reap it.

    The ancestor adopts orphans (it is the first process of its namespace, or a subreaper), so it is
    stopped first and killed last: until then every descendant can be found.
    """
    with suppress(ProcessLookupError):
        os.kill(ancestor, signal.SIGSTOP)
    for _ in range(100):
        members = descendants(ancestor)
        for member in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)
        if not {member for member in members if not _is_dead(member)}:
            break
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(ancestor, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(ancestor, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(ancestor, 0)


def _is_dead(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"
