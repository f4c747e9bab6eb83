"""Numbers of levels in ids: one for each level or for all, and the levels with self-attention."""

from __future__ import annotations

from designer.brief.architecture import Levels, attended_levels
from designer.brief.permalink.mixed_radix import Packer, Unpacker

_LEVELS, _BLOCKS, _ATTENDED = 65, 8, 63
"""Bounds of the number of listed levels, of the blocks of one, and of levels with self-attention."""


def write_levels(packer: Packer, levels: Levels | None) -> None:
    """Pack how many numbers there are, none for one number for all levels, and the numbers."""
    packer.write_flag(levels is not None)
    if levels is None:
        return
    listed = levels if isinstance(levels, tuple) else ()
    packer.write_uniform(len(listed), bound=_LEVELS)
    for blocks in listed or (levels,):
        packer.write_uniform(blocks - 1, bound=_BLOCKS)  # type: ignore[operator]


def read_levels(reader: Unpacker) -> Levels | None:
    """The next number of all levels, or numbers of each; None if there are none."""
    if not reader.read_flag():
        return None
    count = reader.read_uniform(bound=_LEVELS)
    numbers = tuple(reader.read_uniform(bound=_BLOCKS) + 1 for _ in range(max(1, count)))
    return numbers if count else numbers[0]


def write_attention(packer: Packer, attention: Levels | None, *, optional: bool) -> None:
    """Pack how many levels have self-attention, and the levels in ascending order.

    ``optional``: there may be none, which is packed first.
    """
    levels = attended_levels(attention) or ()
    assert levels or optional, "the version has levels"
    if optional:
        packer.write_flag(bool(levels))
    if not levels:
        return
    packer.write_uniform(len(levels) - 1, bound=_ATTENDED)
    for level in levels:
        packer.write_uniform(level - 1, bound=_ATTENDED)


def read_attention(reader: Unpacker, *, optional: bool) -> tuple[int, ...] | None:
    """The next levels with self-attention; None if there may be none and are none."""
    if optional and not reader.read_flag():
        return None
    count = reader.read_uniform(bound=_ATTENDED) + 1
    return tuple(reader.read_uniform(bound=_ATTENDED) + 1 for _ in range(count))
