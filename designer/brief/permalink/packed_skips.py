"""Skips in ids of version A: how the arms are joined, and which inputs are taken."""

from __future__ import annotations

from typing import TypedDict

from designer.brief.model import Brief
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.brief.skips import AnySize, Skips

WITH_SKIPS = "A"
"""The version of an encoder–decoder with skips."""

_SKIPS = (Skips.CONCAT, Skips.ADD)
_ANY_SIZES = (AnySize.OUTPUT_PADDING, AnySize.PAD, AnySize.OFF)


class SkipOptions(TypedDict):
    """The fields of a brief that say how its arms are joined."""

    skips: Skips
    input_channels: int | None
    any_size: AnySize | None


NO_SKIPS = SkipOptions(skips=Skips.NONE, input_channels=None, any_size=None)


def write_skips(packer: Packer, brief: Brief) -> None:
    """Pack the join, the input's channels, and which sizes are taken."""
    assert brief.input_channels is not None, "a completed brief"
    assert brief.any_size is not None, "a completed brief"
    packer.write_uniform(_SKIPS.index(brief.skips), bound=len(_SKIPS))
    packer.write_natural(brief.input_channels)
    packer.write_uniform(_ANY_SIZES.index(brief.any_size), bound=len(_ANY_SIZES))


def read_skips(reader: Unpacker) -> SkipOptions:
    """The next options of skips."""
    return SkipOptions(
        skips=_SKIPS[reader.read_uniform(bound=len(_SKIPS))],
        input_channels=reader.read_natural(),
        any_size=_ANY_SIZES[reader.read_uniform(bound=len(_ANY_SIZES))],
    )
