"""The system calls that a verifying process may make; the kernel refuses all others.

What Python and torch need to compute is allowed: memory, files, threads, clocks and signals to
oneself. Not on the list, among others: processes and programs, sockets, namespaces and mounts,
tracing, bpf, io_uring, keyrings, shared and locked memory, kernel modules, and setting clocks.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from designer.verification.sandbox.seccomp.bpf import (
    CallRule,
    Condition,
    assemble_filter,
    fail_with,
)

SYSTEM_CALLS: Mapping[str, Mapping[str, int]] = json.loads(
    Path(__file__).with_name("system_calls.json").read_text(encoding="utf-8")
)
"""Numbers of the system calls of each supported architecture, from the headers of Linux 6."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""The kernel's ``AUDIT_ARCH`` of each."""

_MEMORY = "brk munmap mprotect mremap madvise mincore"
_THREADS = """
futex futex_waitv set_robust_list get_robust_list set_tid_address rseq membarrier sched_yield
sched_getaffinity sched_getparam sched_getscheduler getcpu exit exit_group restart_syscall
wait4 waitid
"""
_FILES = """
read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 dup3
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
getdents getdents64 getcwd chdir fchdir umask flock fadvise64 fsync fdatasync sendfile
pipe pipe2 select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
eventfd eventfd2 ftruncate fallocate
"""
_TIME = """
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getitimer setitimer
alarm pause
"""
_SIGNALS = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
"""
_INFORMATION = """
getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid
getsid getrlimit setrlimit getrusage getpriority sysinfo uname capget getrandom
"""
_CREATION = "creat mkdir mkdirat symlink symlinkat link linkat"
"""Calls that create a file or folder, besides ``open`` and ``openat``."""

_CHANGES = """
unlink unlinkat rmdir rename renameat renameat2 truncate chmod fchmod fchmodat utimensat
"""
"""Calls that change or remove what has a path; Landlock knows some of them on new kernels only."""

_NOT_THERE = "clone3 openat2 epoll_pwait2"
"""Calls with arguments in memory, which a filter cannot read; C libraries use others instead."""

_THREAD_FLAGS, _NAMESPACE_FLAGS = 0x10900, 0x7E020000
_O_WRITE, _O_TRUNCATE, _O_CREATE_OR_TEMPORARY = 0x3, 0x200, 0x400040
_PRIVATE, _SHARED_GROWING_OR_HUGE = 0x02, 0x4010F
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
_DEVICE_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
_SET_NAME, _GET_NAME = 15, 16


def sandbox_filter(
    machine: str, *, process: int, creates_files: bool, changes_files: bool
) -> bytes:
    """The filter of a verifying process with this id on a machine such as ``x86_64``.

    Without ``creates_files``, no file can be created or opened for writing. Without
    ``changes_files``, which needs a file system of its own, none can be emptied, removed, renamed or
    given other times or permissions.
    """
    numbers = SYSTEM_CALLS[machine]
    return assemble_filter(
        _rules(numbers, process=process, creates_files=creates_files, changes_files=changes_files),
        architecture=ARCHITECTURES[machine],
        default=fail_with(errno.EPERM),
        newest=max(numbers.values()),
        unknown=fail_with(errno.ENOSYS),
    )


def _rules(
    numbers: Mapping[str, int], *, process: int, creates_files: bool, changes_files: bool
) -> Iterator[CallRule]:
    refused = fail_with(errno.EPERM)
    unopened = (0 if creates_files else _O_WRITE | _O_CREATE_OR_TEMPORARY) | (
        0 if changes_files else _O_TRUNCATE
    )
    for name, conditions in _conditions(process, unopened=unopened).items():
        if name in numbers:
            yield CallRule(number=numbers[name], otherwise=refused, conditions=conditions)
    for name in _NOT_THERE.split():
        if name in numbers:
            yield CallRule(number=numbers[name], action=fail_with(errno.ENOSYS))
    allowed = [_MEMORY, _FILES, _THREADS, _TIME, _SIGNALS, _INFORMATION]
    allowed += [_CREATION] if creates_files else []
    allowed += [_CHANGES] if changes_files else []
    for text in allowed:
        yield from (CallRule(number=numbers[name]) for name in text.split() if name in numbers)


def _conditions(process: int, *, unopened: int) -> dict[str, tuple[Condition, ...]]:
    """Calls that are allowed with some arguments only.

    ``clone`` makes threads, ``mmap`` maps private memory that ``RLIMIT_DATA`` counts (it counts
    neither shared nor growing mappings), and signals reach this process alone. ``fcntl`` has no
    command that lets the kernel send signals to others. No file is opened with a flag of
    ``unopened``.
    """
    to_itself = (Condition(argument=0, values=(process,)),)
    thread = Condition(argument=0, mask=_THREAD_FLAGS | _NAMESPACE_FLAGS, values=(_THREAD_FLAGS,))
    return {
        "mmap": (Condition(argument=3, mask=_SHARED_GROWING_OR_HUGE, values=(_PRIVATE,)),),
        "clone": (thread,),
        "open": (Condition(argument=1, mask=unopened, values=(0,)),),
        "openat": (Condition(argument=2, mask=unopened, values=(0,)),),
        "kill": to_itself,
        "tgkill": to_itself,
        "prlimit64": (Condition(argument=0, values=(0, process)),),
        "fcntl": (Condition(argument=1, values=_DESCRIPTOR_COMMANDS),),
        "ioctl": (Condition(argument=1, values=_DEVICE_COMMANDS),),
        "prctl": (Condition(argument=0, values=(_SET_NAME, _GET_NAME)),),
    }
