"""A network of two arms: one makes the map smaller, the other larger again, joined at equal depth.

Ronneberger, Fischer & Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
arXiv:1505.04597.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from designer.brief.skips import Skips
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.module import Module
from designer.networks.blocks import (
    Block,
    NetworkEntry,
    PlacedSkip,
    ResidualBlock,
    place_modules,
)
from designer.networks.network import BlockChange, Network

LevelBlocks = tuple[Block | ResidualBlock, ...]
"""Blocks in sequence: one ``nn.Sequential`` of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpStage:
    """The way from one level to the next larger one, and the body after the join.

    ``before``: modules without a torch module of their own, which the source calls as functions;
    ``enlarge``: the block in the place ``enlarge`` of the source's ``Up``.
    """

    before: tuple[Module, ...]
    enlarge: Block
    body: LevelBlocks


@dataclass(frozen=True, kw_only=True)
class EncoderDecoder(Network):
    """Stages down, blocks in the middle, stages up, and a head; each level's map skips what is below it.

    ``first`` and ``last`` are modules around all of them that the source calls as functions.
    """

    down: tuple[LevelBlocks, ...]
    middle: LevelBlocks
    up: tuple[UpStage, ...]
    head: LevelBlocks
    skips: Skips
    first: tuple[Module, ...] = ()
    last: tuple[Module, ...] = ()
    blocks: tuple[Block | ResidualBlock, ...] = ()

    def __post_init__(self) -> None:
        assert len(self.down) == len(self.up) + 1, "every level but the lowest has a way back"
        assert self.entries, "every block accepts the map before it"

    @cached_property
    def entries(self) -> tuple[NetworkEntry, ...]:
        """The entries in order of execution, each level a skip around the levels below it."""
        first = list(
            place_modules(_function_names("input", self.first), self.first, self.input_map)
        )
        before = first[-1].after if first else self.input_map
        levels = self._levels(0, before)
        head = _place_stage("head", self.head, levels[-1].after)
        last = place_modules(_function_names("output", self.last), self.last, head[-1].after)
        return (*first, *levels, *head, *last)

    def _levels(self, level: int, before: FeatureMap) -> list[NetworkEntry]:
        """The entries from a level on, back to its size."""
        own = _place_stage(f"down.{level}", self.down[level], before)
        if level == len(self.up):
            return [*own, *_place_stage("middle", self.middle, own[-1].after)]
        place = len(self.up) - 1 - level
        stage, name = self.up[place], f"up.{place}"
        inner = self._levels(level + 1, own[-1].after)
        larger = list(
            place_modules(_function_names(name, stage.before), stage.before, inner[-1].after)
        )
        start = larger[-1].after if larger else inner[-1].after
        larger += stage.enlarge.place_at(f"{name}.enlarge", start)
        skip = PlacedSkip(name=name, body=(*inner, *larger), before=own[-1].after, skips=self.skips)
        return [*own, skip, *_place_stage(f"{name}.body", stage.body, skip.after)]

    @cached_property
    def feature_maps(self) -> tuple[FeatureMap, ...]:
        """The input and the output."""
        return (self.input_map, self.entries[-1].after)

    @property
    def output_map(self) -> FeatureMap:
        """The output."""
        return self.entries[-1].after

    @property
    def sequences(self) -> dict[str, LevelBlocks]:
        """The blocks of each ``nn.Sequential`` of the source, by name."""
        down = {f"down.{level}": stage for level, stage in enumerate(self.down)}
        up = {f"up.{place}.body": stage.body for place, stage in enumerate(self.up)}
        return {**down, "middle": self.middle, **up, "head": self.head}

    def with_blocks(self, change: BlockChange) -> Self:
        """The network with each block changed, at the size of the map before it."""
        maps = {placed.name: placed.before for placed in self.placed_modules}

        def changed(name: str, stage: LevelBlocks) -> LevelBlocks:
            index, found = 0, list[Block | ResidualBlock]()
            for block in stage:
                if isinstance(block, Block):
                    found.append(change(block, maps[f"{name}.{index}"].size))
                    index += len(block.modules)
                else:
                    found.append(block)
                    index += 1
            return tuple(found)

        return replace(
            self,
            down=tuple(changed(f"down.{k}", stage) for k, stage in enumerate(self.down)),
            middle=changed("middle", self.middle),
            up=tuple(
                replace(
                    stage,
                    enlarge=change(stage.enlarge, _several(maps, f"up.{k}.enlarge")),
                    body=changed(f"up.{k}.body", stage.body),
                )
                for k, stage in enumerate(self.up)
            ),
            head=changed("head", self.head),
        )


def _several(maps: dict[str, FeatureMap], name: str) -> Size:
    """The size before a block that is one module or several, of at least two positions on each axis.

    A step up is drawn for maps of any size, not for one of a single position.
    """
    found = maps[name] if name in maps else maps[f"{name}.0"]
    return tuple(max(2, side) for side in found.size)


def _function_names(place: str, modules: Sequence[Module]) -> list[str]:
    """Names of the functions at a place of the source."""
    return [f"{place}.{module.op}" for module in modules]


def _place_stage(name: str, stage: LevelBlocks, before: FeatureMap) -> list[NetworkEntry]:
    """The entries of a sequence, from index 0 on."""
    placed: list[NetworkEntry] = []
    for block in stage:
        placed += block.place(name, len(placed), before)
        before = placed[-1].after
    return placed


def level_skips(network: EncoderDecoder) -> Iterator[PlacedSkip]:
    """The skips, the one of the input's size first."""
    inner: Sequence[NetworkEntry] = network.entries
    while found := next((each for each in inner if isinstance(each, PlacedSkip)), None):
        yield found
        inner = found.body
