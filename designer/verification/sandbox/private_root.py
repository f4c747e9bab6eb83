"""A root folder of its own: what a process may read, read-only, and a scratch folder in memory.

Needs a mount namespace: root, or a user namespace. The mounts are those of this process only.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from designer.verification.sandbox.namespaces import CLONE_NEWNS, unshare
from designer.verification.sandbox.readable_paths import SCRATCH_DEVICES

_NO_SETUID, _NO_DEVICES, _NO_PROGRAMS, _BIND, _RECURSIVE, _PRIVATE = (
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 12,
    1 << 14,
    1 << 18,
)
_DETACH = 2
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_HERE, _AND_BELOW = -100, 0x8000
_READ_ONLY = 1
_STRICT = _READ_ONLY | 1 << 1
"""Attributes of a mount: read-only, no set-user-ID."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = [
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    ]


def enter_private_root(
    scratch: Path, *, readable: Iterable[Path], scratch_bytes: int, uid: int, show_processes: bool
) -> bool:
    """Move into a root of its own, with ``scratch`` at the same path; whether the kernel allowed it.

    The ``readable`` paths are there. The scratch folder holds ``scratch_bytes`` and belongs to ``uid``. Any other file is read-only.
    ``show_processes``: this process is in a process namespace, which ``/proc`` shows.
    """
    if os.uname().machine not in _PIVOT_ROOT or not unshare(CLONE_NEWNS):
        return False
    inside = scratch / str(scratch).lstrip("/")
    os.umask(0o022)
    try:
        _mount("none", Path("/"), flags=_RECURSIVE | _PRIVATE)
        _mount_memory(scratch, "size=1m,nr_inodes=4096,mode=755", flags=_NO_SETUID)
    except OSError:
        return False
    try:
        for path in readable:
            _Mirror(scratch).show(path)
        inside.mkdir(parents=True, exist_ok=True)
        options = f"size={scratch_bytes},nr_inodes=4096,mode=700"
        _mount_memory(inside, options, flags=_NO_SETUID | _NO_DEVICES | _NO_PROGRAMS)
        os.chown(inside, uid, uid if os.getuid() == 0 else -1)
        if show_processes:
            _mount_processes(scratch / "proc")
        _restrict(scratch, _STRICT, below=False)
        _pivot(scratch)
    except OSError:
        _libc.umount2(str(scratch).encode(), _DETACH)
        return False
    return True


class _Mirror:
    """The files and folders of this system inside another root, at the same paths."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def show(self, path: Path) -> None:
        """Show a path, with the symbolic links that lead to it."""
        for part in (*reversed(path.parents), path):
            if part.is_symlink():
                link = self._inside(part)
                with suppress(FileExistsError):
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(part.readlink())
                target = part.parent / part.readlink() / path.relative_to(part)
                self.show(Path(os.path.normpath(target)))
                return
        self._bind(path)

    def _bind(self, path: Path) -> None:
        inside = self._inside(path)
        if inside.exists():  # below a folder that is shown already
            return
        if path.is_dir():
            inside.mkdir(parents=True)
        else:
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
        _mount(str(path), inside, flags=_BIND | _RECURSIVE)
        _restrict(inside, _STRICT & ~_READ_ONLY if str(path) in SCRATCH_DEVICES else _STRICT)

    def _inside(self, path: Path) -> Path:
        return self._root / str(path).lstrip("/")


def _mount(source: str, target: Path, *, kind: str = "", flags: int, options: str = "") -> None:
    arguments = (source.encode(), str(target).encode(), kind.encode(), flags, options.encode())
    _check(_libc.mount(*arguments))


def _mount_memory(target: Path, options: str, *, flags: int) -> None:
    _mount("tmpfs", target, kind="tmpfs", flags=flags, options=options)


def _mount_processes(target: Path) -> None:
    """Show the processes of this namespace in ``/proc``, if the kernel allows it."""
    target.mkdir()
    flags = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS
    with suppress(OSError):
        _mount("proc", target, kind="proc", flags=flags, options="subset=pid")


def _restrict(target: Path, attributes: int, *, below: bool = True) -> None:
    """Set attributes of a mount, and of all mounts below it."""
    given = _Attributes(set=attributes)
    flags = _AND_BELOW if below else 0
    size = ctypes.sizeof(given)
    path = str(target).encode()
    _check(_libc.syscall(_MOUNT_SETATTR, _HERE, path, flags, ctypes.byref(given), size))


def _pivot(root: Path) -> None:
    """Make a mounted folder the root, and let go of the former one."""
    os.chdir(root)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."))
    _check(_libc.umount2(b".", _DETACH))
    os.chdir("/")


def _check(result: int) -> None:
    if result:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
