"""What a process gives up before it runs a text: everything it does not need.

Each step is taken where the machine lets it and reported by name, so that an operator sees what is
enforced. The order matters: namespaces and the file rules first, the user identity last.
``docs/security.md`` says what each step is worth.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path

from designer.verification.limits import Limits

NEW_USER, NEW_PID, NEW_NET, NEW_IPC = 0x10000000, 0x20000000, 0x40000000, 0x08000000
FIRST_USER = 60_200
"""First of 4,000 user ids that a worker started as root may take; no distribution assigns them."""

_NO_NEW_PRIVILEGES, _SUBREAPER, _DUMPABLE, _PARENT_DEATH = 38, 36, 4, 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITE_RIGHTS = 0b1_1111_1111_0010
"""Landlock's rights of ABI 1 that change a file system: all but execute, read_file and read_dir."""
_TRUNCATE, _REFER = 1 << 14, 1 << 13
_TCP = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> bool:
    """Whether the kernel gave this process namespaces of its own."""
    return int(_libc.unshare(flags)) == 0


def become_root_of_a_user_namespace() -> bool:
    """Whether an unprivileged process got a user namespace, in which it may make others."""
    user, group = os.getuid(), os.getgid()
    if not unshare(NEW_USER):
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return False
    return True


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _libc.prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that they can be found."""
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def set_resource_limits(limits: Limits, *, own_user: bool) -> None:
    """Bound memory, files, descriptors, core dumps and, for a user of our own, processes."""
    bounds = {
        resource.RLIMIT_DATA: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    if own_user:
        bounds[resource.RLIMIT_NPROC] = limits.processes
    for what, bound in bounds.items():
        _, hard = resource.getrlimit(what)
        least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (least, least))


def allow_cpu(seconds: int) -> None:
    """Let this process use so many more seconds of processor time before the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU,
        (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard),
    )


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64)]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def write_only_below(folder: Path) -> list[str]:
    """Forbid this process to write outside ``folder`` and, where it can, to use TCP (Landlock).

    Names what is now enforced; nothing where the kernel has no Landlock.
    """
    version = int(_libc.syscall(_CREATE_RULESET, None, 0, 1))
    if version < 1:
        return []
    files = _WRITE_RIGHTS | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    ruleset = _Ruleset(files, _TCP if version >= 4 else 0)
    size = ctypes.sizeof(ruleset) if version >= 4 else ctypes.sizeof(ctypes.c_uint64)
    rules = int(_libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    if rules < 0:
        return []
    below = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    rule = _PathRule(files, below)
    added = _libc.syscall(_ADD_RULE, rules, 1, ctypes.byref(rule), 0) == 0
    held = added and _libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(below)
    os.close(rules)
    return ["landlock-files", *(["landlock-tcp"] if version >= 4 else [])] if held else []


def drop_capabilities() -> bool:
    """Whether this process holds no capability any more, in whatever namespace it is."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    return int(_libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))) == 0


def confine(limits: Limits, scratch: Path, *, user: int | None) -> list[str]:
    """Give up all but the scratch folder; the names of what is enforced from here on.

    ``user`` is the id to become, None where this process is not root and stays who it is.
    """
    enforced = [name for flag, name in ((NEW_NET, "no-network"), (NEW_IPC, "ipc")) if unshare(flag)]
    os.chdir(scratch)
    os.umask(0o077)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    enforced += write_only_below(scratch)
    set_resource_limits(limits, own_user=user is not None)
    enforced.append("resource-limits")
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        enforced.append("own-user")
    if drop_capabilities():
        enforced.append("no-capabilities")
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    os.environ.clear()
    enforced.append("empty-environment")
    return enforced
