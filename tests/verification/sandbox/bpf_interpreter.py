"""Runs a seccomp filter on one system call, as the kernel would; it knows nothing of the rules."""

from __future__ import annotations

import struct

_INSTRUCTION = struct.Struct("HBBI")


def decide(program: bytes, *, architecture: int, number: int, arguments: tuple[int, ...]) -> int:
    """The action that the program returns for a call.

    >>> decide(struct.pack("HBBI", 6, 0, 0, 7), architecture=1, number=2, arguments=())
    7
    """
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(value % 2**64 for value in padded))
    instructions = list(_INSTRUCTION.iter_unpack(program))
    place = accumulator = 0
    while True:
        code, then, otherwise, value = instructions[place]
        place += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            place += then if accumulator == value else otherwise
        elif code == 0x35:
            place += then if accumulator >= value else otherwise
        else:
            raise AssertionError(f"instruction {code:#x} is not one of the assembler's")
