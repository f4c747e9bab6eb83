"""Privileges that a process gives up before it runs a source.

Each step is taken if the machine allows it, and is reported by name to the operator. The order
matters: namespaces and file rules first, then the user id, system calls last. See
``docs/security.md``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from designer.verification.limits import Limits
from designer.verification.sandbox.landlock import restrict_files
from designer.verification.sandbox.namespaces import CLONE_NEWIPC, CLONE_NEWNET, unshare
from designer.verification.sandbox.private_root import enter_private_root
from designer.verification.sandbox.resource_limits import set_resource_limits, used_address_space
from designer.verification.sandbox.seccomp.install import restrict_system_calls

FIRST_UID = 60_200
"""First of 4,000 user ids for workers started as root; no distribution assigns them."""

_NO_NEW_PRIVILEGES, _SUBREAPER, _DUMPABLE, _PARENT_DEATH = 38, 36, 4, 1
_KEEP_CAPABILITIES, _CAP_DAC_READ_SEARCH = 8, 1 << 2

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """Where a worker runs: its files, its user, and the namespaces that it is already in.

    ``readable`` are the paths that it may read, ``uid`` is the user id to switch to, None to keep the
    current one (if it is not root).
    """

    scratch: Path
    readable: tuple[Path, ...]
    uid: int | None
    in_user_namespace: bool = False
    in_process_namespace: bool = False

    @property
    def counts_own_processes(self) -> bool:
        """Whether the kernel's count of the user's processes has those of the worker only.

        In user namespaces since Linux 5.14.
        """
        version = tuple(int(part) for part in os.uname().release.split(".")[:2] if part.isdigit())
        return self.uid is not None or (self.in_user_namespace and version >= (5, 14))


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _libc.prctl(_PARENT_DEATH, how, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends, so that they can be found."""
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def hide_memory() -> None:
    """Forbid other processes of this user to read the memory and the files of this one."""
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities(*, keep: int = 0) -> bool:
    """Drop every capability but those in ``keep``; whether the kernel allowed it."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(keep, keep)
    return int(_libc.capset(ctypes.byref(header), ctypes.byref(sets))) == 0


def switch_user(uid: int, readable: Iterable[Path]) -> list[str]:
    """Switch to another user permanently; the names of the restrictions that this adds.

    If that user may not read Python's own library (an interpreter in root's home folder, and no
    private root), the capability to read any file is kept.
    """
    keep = 0 if all(map(_is_public, readable)) else _CAP_DAC_READ_SEARCH
    _libc.prctl(_KEEP_CAPABILITIES, int(keep != 0), 0, 0, 0)
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    dropped = drop_capabilities(keep=keep)
    return ["own-user", *(["no-capabilities"] if dropped and not keep else [])]


def _is_public(path: Path) -> bool:
    if not path.exists():
        return True
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents) if each.is_dir())


def drop_privileges(limits: Limits, where: Confinement) -> list[str]:
    """Give up every privilege but computing; the names of the active restrictions."""
    scratch, uid, in_use = where.scratch, where.uid, used_address_space()
    enforced = ["process-namespace"] if where.in_process_namespace else []
    enforced += [
        name
        for flag, name in ((CLONE_NEWNET, "no-network"), (CLONE_NEWIPC, "ipc"))
        if unshare(flag)
    ]
    private = enter_private_root(
        scratch,
        readable=where.readable,
        scratch_bytes=limits.scratch_bytes,
        uid=os.getuid() if uid is None else uid,
        show_processes=where.in_process_namespace,
    )
    enforced += ["mount-namespace"] if private else []
    os.chdir(scratch)
    os.umask(0o077)
    set_resource_limits(
        limits, in_use=in_use, scratch=private, own_processes=where.counts_own_processes
    )
    enforced.append("resource-limits")
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    enforced += restrict_files(scratch, writable=private, readable=where.readable)
    if uid is not None:
        enforced += switch_user(uid, where.readable)
    elif drop_capabilities():
        enforced.append("no-capabilities")
    die_with_parent()  # a change of user has cleared this
    hide_memory()
    _empty_environment(scratch)
    enforced.append("empty-environment")
    enforced += restrict_system_calls(
        creates_files="landlock-files" in enforced or private, changes_files=private
    )
    if not private and "seccomp" in enforced:
        enforced.append("no-writing")
    return enforced


def _empty_environment(scratch: Path) -> None:
    """Replace all variables; torch, which would create a folder of its own, has the scratch folder."""
    os.environ.clear()
    os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "TORCHINDUCTOR_CACHE_DIR"), str(scratch)))
    os.environ["LOGNAME"] = "sandbox"
    tempfile.tempdir = str(scratch)
