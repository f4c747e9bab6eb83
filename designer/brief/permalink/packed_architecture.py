"""What a design is made of, in ids: its architecture, its blocks, and optional numbers."""

from __future__ import annotations

from typing import NamedTuple

from designer.brief.architecture import Architecture, Levels
from designer.brief.model import Brief
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.brief.permalink.packed_levels import read_levels, write_levels

_ARCHITECTURES = (Architecture.DCGAN, Architecture.RESNET)


class PackedArchitecture(NamedTuple):
    """What version 6 adds; the last two numbers in version 9 alone."""

    architecture: Architecture
    blocks: Levels | None
    max_channels: int | None
    discriminator_blocks: Levels | None
    expansion: int | None = None
    group_width: int | None = None


NO_ARCHITECTURE = PackedArchitecture(Architecture.DCGAN, None, None, None)


def write_architecture(packer: Packer, brief: Brief, *, r3gan: bool) -> None:
    """Pack the architecture, the blocks of the generator, and what the discriminator has of its own.

    That of an ``r3gan`` is not packed, but the shape of its blocks is.
    """
    style = brief.discriminator_style
    if not r3gan:
        packer.write_uniform(_ARCHITECTURES.index(brief.architecture), bound=len(_ARCHITECTURES))
    write_levels(packer, brief.blocks)
    write_optional(packer, style.max_channels if style else None)
    write_levels(packer, style.blocks if style else None)
    if r3gan:
        for number in (brief.expansion, brief.group_width):
            assert number is not None, "a completed R3GAN has both"
            packer.write_natural(number)


def read_architecture(reader: Unpacker, *, r3gan: bool) -> PackedArchitecture:
    """The next architecture with its blocks; that of an ``r3gan`` is not packed."""
    known = (Architecture.R3GAN,) if r3gan else _ARCHITECTURES
    return PackedArchitecture(
        known[0 if r3gan else reader.read_uniform(bound=len(known))],
        read_levels(reader),
        read_optional(reader),
        read_levels(reader),
        *((reader.read_natural(), reader.read_natural()) if r3gan else ()),
    )


def write_optional(packer: Packer, number: int | None) -> None:
    """Pack whether there is a number, and the number."""
    packer.write_flag(number is not None)
    if number is not None:
        packer.write_natural(number)


def read_optional(reader: Unpacker) -> int | None:
    """The next number, None if there is none."""
    return reader.read_natural() if reader.read_flag() else None
