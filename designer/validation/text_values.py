"""Parsers of values as text, for query strings and command lines.

Text that is no value is returned unchanged, for the validator of its field to refuse.
"""

from __future__ import annotations

import re


def parse_integer(text: str) -> int | str:
    """The integer in decimal digits.

    >>> parse_integer("64"), parse_integer("064"), parse_integer("64.0")
    (64, '064', '64.0')
    """
    return int(text) if _DECIMAL.fullmatch(text) else text


def parse_scalar(text: str) -> int | bool | str:
    """An integer, or true or false.

    >>> parse_scalar("64"), parse_scalar("true"), parse_scalar("resize")
    (64, True, 'resize')
    """
    return (
        {"true": True, "false": False}[text] if text in ("true", "false") else parse_integer(text)
    )


def parse_sizes(text: str) -> int | str | list[int | str]:
    """A size: one integer, or several separated by ``x`` or ``×``.

    >>> parse_sizes("96"), parse_sizes("218x178")
    (96, [218, 178])
    """
    sides = [parse_integer(side) for side in re.split("[x×]", text, maxsplit=8)]
    return sides if len(sides) > 1 else sides[0]


_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,59})", re.ASCII)
