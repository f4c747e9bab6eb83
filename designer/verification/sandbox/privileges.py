"""Privileges that a process gives up before it runs a source.

Each step is taken if the machine allows it, and is reported by name to the operator. The order
matters: namespaces and file rules first, the user id last. See ``docs/security.md``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

from designer.verification.limits import Limits
from designer.verification.sandbox.landlock import restrict_files

CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC = (
    0x10000000,
    0x20000000,
    0x40000000,
    0x08000000,
)
FIRST_UID = 60_200
"""First of 4,000 user ids for workers started as root; no distribution assigns them."""

_NO_NEW_PRIVILEGES, _SUBREAPER, _DUMPABLE, _PARENT_DEATH = 38, 36, 4, 1
_KEEP_CAPABILITIES, _CAP_DAC_READ_SEARCH = 8, 1 << 2

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> bool:
    """Move this process into new namespaces; whether the kernel allowed it."""
    return int(_libc.unshare(flags)) == 0


def enter_user_namespace() -> bool:
    """Enter a user namespace, which allows creating others; whether the kernel allowed it."""
    uid, gid = os.getuid(), os.getgid()
    if not unshare(CLONE_NEWUSER):
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError:
        return False
    return True


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _libc.prctl(_PARENT_DEATH, how, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends, so that they can be found."""
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def set_resource_limits(limits: Limits, *, own_user: bool) -> None:
    """Limit memory, file size, descriptors, core dumps and, with ``own_user``, processes."""
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


def set_cpu_limit(seconds: int) -> None:
    """Limit this process to so many more seconds of CPU time, after which the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU,
        (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard),
    )


def drop_capabilities(*, keep: int = 0) -> bool:
    """Drop every capability but those in ``keep``; whether the kernel allowed it."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(keep, keep)
    return int(_libc.capset(ctypes.byref(header), ctypes.byref(sets))) == 0


def switch_user(uid: int) -> list[str]:
    """Switch to another user permanently; the names of the restrictions that this adds.

    If that user may not read Python's own library (an interpreter in root's home folder), the
    capability to read any file is kept; Landlock, if present, still restricts reading.
    """
    keep = (
        0
        if all(map(_is_public, (sys.prefix, sys.base_prefix, *sys.path)))
        else _CAP_DAC_READ_SEARCH
    )
    _libc.prctl(_KEEP_CAPABILITIES, int(keep != 0), 0, 0, 0)
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    dropped = drop_capabilities(keep=keep)
    return ["own-user", *(["no-capabilities"] if dropped and not keep else [])]


def _is_public(path: str) -> bool:
    place = Path(path)
    if not place.exists():
        return True
    return all(each.stat().st_mode & 0o001 for each in (place, *place.parents) if each.is_dir())


def drop_privileges(limits: Limits, scratch: Path, *, uid: int | None) -> list[str]:
    """Give up every privilege but writing in ``scratch``; the names of the active restrictions.

    ``uid`` is the user id to switch to, None to keep the current one (if it is not root).
    """
    enforced = [
        name
        for flag, name in ((CLONE_NEWNET, "no-network"), (CLONE_NEWIPC, "ipc"))
        if unshare(flag)
    ]
    os.chdir(scratch)
    os.umask(0o077)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    enforced += restrict_files(scratch)
    set_resource_limits(limits, own_user=uid is not None)
    enforced.append("resource-limits")
    if uid is not None:
        enforced += switch_user(uid)
    elif drop_capabilities():
        enforced.append("no-capabilities")
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    os.environ.clear()
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch), LOGNAME="sandbox")
    tempfile.tempdir = str(scratch)
    enforced.append("empty-environment")
    return enforced
