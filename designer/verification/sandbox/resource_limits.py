"""Limits of the kernel on a process: memory, files, processes and time."""

from __future__ import annotations

import resource
from pathlib import Path

from designer.verification.limits import GIB, Limits

_ADDRESS_SPACE_SLACK = 2 * GIB
"""Address space that libraries reserve beyond what they use."""
_STACK_BYTES = 8 * 2**20


def set_resource_limits(limits: Limits, *, in_use: int, scratch: bool, own_processes: bool) -> None:
    """Limit memory, files, descriptors, core dumps, and processes with threads.

    ``RLIMIT_DATA`` counts memory that is really taken; torch reserves far more. It leaves out shared
    and growing mappings, so the address space is limited to what is ``in_use`` and that much more.
    Without a ``scratch`` folder, nothing can be written to a file. The kernel counts processes by
    user: without ``own_processes`` of a user or a user namespace, no thread can be started.
    """
    _limit(
        {
            resource.RLIMIT_DATA: limits.memory_bytes,
            resource.RLIMIT_AS: in_use + limits.memory_bytes + _ADDRESS_SPACE_SLACK,
            resource.RLIMIT_STACK: _STACK_BYTES,
            resource.RLIMIT_FSIZE: limits.file_bytes if scratch else 0,
            resource.RLIMIT_NOFILE: limits.open_files,
            resource.RLIMIT_NPROC: limits.processes if own_processes else 1,
            resource.RLIMIT_MEMLOCK: 0,
            resource.RLIMIT_MSGQUEUE: 0,
            resource.RLIMIT_CORE: 0,
        }
    )


def set_cpu_limit(seconds: int, *, final: bool) -> None:
    """Limit this process to so many more seconds of CPU time, after which the kernel ends it.

    A ``final`` limit can never be raised again.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft if final else hard))


def _limit(bounds: dict[int, int]) -> None:
    for what, bound in bounds.items():
        _, hard = resource.getrlimit(what)
        least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (least, least))


def used_address_space() -> int:
    """Bytes of address space that this process uses, read from ``/proc``."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
