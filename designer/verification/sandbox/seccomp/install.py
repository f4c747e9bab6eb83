"""Installs a seccomp filter in this process; its children inherit it, and nothing removes it."""

from __future__ import annotations

import ctypes
import os
import struct

from designer.verification.sandbox.seccomp.allow_list import ARCHITECTURES, sandbox_filter

_SET_SECCOMP, _FILTER_MODE = 22, 2
_BYTES_PER_INSTRUCTION = 8

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def restrict_system_calls(*, creates_files: bool, changes_files: bool) -> list[str]:
    """Restrict this process to the calls of the allow-list; ``["seccomp"]``, or nothing.

    It has no new privileges from here on, or the kernel refuses the filter.
    """
    machine = os.uname().machine
    if machine not in ARCHITECTURES or struct.calcsize("P") != 8:
        return []
    program = sandbox_filter(
        machine, process=os.getpid(), creates_files=creates_files, changes_files=changes_files
    )
    return ["seccomp"] if install_filter(program) else []


def install_filter(program: bytes) -> bool:
    """Install a filter; whether the kernel accepted it."""
    length = len(program) // _BYTES_PER_INSTRUCTION
    given = _Program(length, program)
    return int(_libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(given), 0, 0)) == 0
