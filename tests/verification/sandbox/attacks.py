"""The attacks as one table, and the text that runs them all and tells which were stopped."""

from __future__ import annotations

from collections.abc import Mapping

from tests.verification.sandbox.other_attacks import (
    FILE_ATTACKS,
    PROCESS_ATTACKS,
    RESOURCE_ATTACKS,
)
from tests.verification.sandbox.system_call_attacks import SYSTEM_CALL_ATTACKS

ATTACKS = SYSTEM_CALL_ATTACKS | FILE_ATTACKS | PROCESS_ATTACKS | RESOURCE_ATTACKS
"""The text of each attack. None ends its process, so one worker runs them one after another."""

FATAL_ATTACKS = {
    "32-bit code": (
        "code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | 0x20, prot=7)\n"
        "code.write(bytes.fromhex('53b814000000cd805bc3'))\n"
        "place = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "assert ctypes.CFUNCTYPE(ctypes.c_int)(place)() == os.getpid()"
    ),
}
"""Attacks that end the process if they are stopped."""

_PRELUDE = """
import ctypes, errno, fcntl, json, mmap, multiprocessing.shared_memory, os, resource, shutil, socket
import subprocess, tempfile, threading, torch
from designer.verification.sandbox.seccomp.allow_list import SYSTEM_CALLS

libc = ctypes.CDLL(None, use_errno=True)
numbers = SYSTEM_CALLS[os.uname().machine]
stopped = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH, errno.EAFNOSUPPORT)

def reach(name, *arguments):
    if name not in numbers:
        raise PermissionError(name)
    ctypes.set_errno(0)
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(numbers[name], *given)
    if result == -1 and ctypes.get_errno() in stopped:
        raise OSError(ctypes.get_errno(), name)
    return result

def attempt(text):
    try:
        exec(text, globals())
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except BaseException as error:
        return type(error).__name__
    finally:
        for name in os.listdir('.'):
            shutil.rmtree(name) if os.path.isdir(name) else os.unlink(name)
    return ''
"""

_END = """
outcomes = [attempt(text) for text in attacks]
raise ValueError(','.join(outcomes))
"""


def text_of_attacks(attacks: Mapping[str, str], facts: Mapping[str, object]) -> str:
    """A text that runs the attacks in order and raises a list of what stopped each."""
    constants = "".join(f"{name} = {value!r}\n" for name, value in facts.items())
    return f"{_PRELUDE}{constants}attacks = {[*attacks.values()]!r}\n{_END}"


def read_outcomes(attacks: Mapping[str, str], raised: str) -> dict[str, str]:
    """What stopped each attack, empty if it got through."""
    kind, _, listed = raised.partition(": ")
    assert kind == "ValueError", raised
    outcomes = listed.split(",")
    assert len(outcomes) == len(attacks), raised
    return dict(zip(attacks, outcomes, strict=True))
