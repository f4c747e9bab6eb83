"""Assembles a seccomp filter: a classic BPF program that decides on each system call.

The program sees the architecture, the number and the arguments of a call, but no memory: text that
an argument points to, such as a path, cannot be judged. See the kernel's
``Documentation/userspace-api/seccomp_filter.rst``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
"""Actions; those that fail a call are made by ``fail_with``."""

_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_LONGEST_PROGRAM = 4096


def fail_with(error: int) -> int:
    """The action that fails a call with this ``errno``."""
    return 0x00050000 | error


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds if the low 32 bits of an argument, under the mask, are one of the values."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF

    def __post_init__(self) -> None:
        assert 0 <= self.argument <= 5, f"a call has six arguments, not {self.argument}"
        assert all(value & self.mask == value for value in self.values), "a value outside the mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """The action on calls of one number: ``action`` if all conditions hold, else ``otherwise``."""

    number: int
    action: int = ALLOW
    otherwise: int = ALLOW
    conditions: tuple[Condition, ...] = ()


def assemble_filter(
    rules: Iterable[CallRule], *, architecture: int, default: int, newest: int, unknown: int
) -> bytes:
    """The program: the rule of the call's number, ``unknown`` above ``newest``, else ``default``.

    A call of another architecture (32-bit code on a 64-bit kernel) ends the process, as its numbers
    mean other calls.
    """
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, architecture, then=1),
        _instruction(_RETURN, KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
        _instruction(_AT_LEAST, newest + 1, otherwise=1),
        _instruction(_RETURN, unknown),
    ]
    for rule in rules:
        block = _rule_block(rule)
        program += [_instruction(_EQUAL, rule.number, otherwise=len(block)), *block]
    program.append(_instruction(_RETURN, default))
    assert len(program) <= _LONGEST_PROGRAM, "the kernel refuses a longer program"
    return b"".join(program)


def _rule_block(rule: CallRule) -> list[bytes]:
    block = []
    for condition in rule.conditions:
        last = len(condition.values) - 1
        block += [
            _instruction(_LOAD, _ARGUMENTS + 8 * condition.argument),
            _instruction(_AND, condition.mask),
            *(
                _instruction(_EQUAL, value, then=last - place + 1)
                for place, value in enumerate(condition.values)
            ),
            _instruction(_RETURN, rule.otherwise),
        ]
    return [*block, _instruction(_RETURN, rule.action)]


def _instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction; ``then`` and ``otherwise`` are the instructions that a jump skips."""
    return struct.pack("HBBI", code, then, otherwise, value)
