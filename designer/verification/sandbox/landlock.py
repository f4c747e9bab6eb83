"""Landlock: a process gives up files, programs, TCP and signals, without needing a privilege.

See the kernel's ``Documentation/userspace-api/landlock.rst``. The constants come from its headers
and are the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from designer.verification.sandbox.readable_paths import (
    SCRATCH_DEVICES,
    process_facts,
)

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scope", ctypes.c_uint64),
    ]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("place", ctypes.c_int32)]


def restrict_files(scratch: Path, *, writable: bool, readable: Iterable[Path]) -> list[str]:
    """Restrict this process to the ``readable`` paths and ``scratch``, which may be ``writable``.

    It can no longer run programs nor, if the kernel supports it, use TCP or signal other processes.
    Returns the names of the active restrictions, empty if the kernel has no Landlock.
    """
    version = int(_libc.syscall(_CREATE_RULESET, None, 0, 1))
    if version < 1:
        return []
    files = _FIRST_RIGHTS | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    ruleset = _Ruleset(
        files, _TCP if version >= 4 else 0, _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    )
    size = 8 * (1 + (version >= 4) + (version >= 6))
    rules = int(_libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    if rules < 0:
        return []
    _allow(rules, scratch, files & ~_EXECUTE if writable else _READ_FILE | _READ_FOLDER)
    for path in (*filter(Path.exists, readable), *process_facts()):
        written = (_WRITE_FILE | files & _TRUNCATE) if str(path) in SCRATCH_DEVICES else 0
        _allow(rules, path, _READ_FILE | written | (_READ_FOLDER if path.is_dir() else 0))
    enforced = _libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    newer = [(4, "landlock-tcp"), (6, "landlock-signals")]
    return ["landlock-files", *(n for since, n in newer if version >= since)] if enforced else []


def _allow(rules: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = _PathRule(rights, descriptor)
    _libc.syscall(_ADD_RULE, rules, 1, ctypes.byref(rule), 0)
    os.close(descriptor)
