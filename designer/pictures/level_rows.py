"""The maps of an encoder–decoder with skips as rows: one for each level, both arms side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from designer.geometry.layers import format_size
from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip
from designer.networks.encoder_decoder import EncoderDecoder, level_skips
from designer.pictures.labels import module_kind, setting_lines
from designer.pictures.network_maps import CaptionedMap

StageEntry = PlacedModule | PlacedPaths
"""What a stage executes one after the other."""

Description = tuple[str, tuple[str, ...]]
"""The kind of a layer or a block, and its settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """The maps of one size: that of the left arm, and those of the right arm.

    ``between``: the map between the arms, if there is one; ``skip_lines``: how the map of the left
    arm is joined with what the level below gives, empty where no skip leads to ``between``.
    """

    left: CaptionedMap
    between: CaptionedMap | None
    right: CaptionedMap
    skip_lines: tuple[str, ...] = ()

    @property
    def maps(self) -> tuple[CaptionedMap, ...]:
        """Its maps from left to right."""
        return (self.left, *([] if self.between is None else [self.between]), self.right)


def level_rows(network: EncoderDecoder) -> list[LevelRow]:
    """The input beside the output, then the levels from the largest to the lowest one."""
    stages = _stages(network)
    last = [*stages["head"], *stages.get("output", [])]
    ends = LevelRow(
        left=CaptionedMap(map=network.input_map, caption_lines=("input",)),
        between=None,
        right=_captioned(last),
    )
    joined = [_joined_row(stages, skip, level) for level, skip in enumerate(level_skips(network))]
    return [ends, *joined, _lowest_row(stages, len(joined))]


def _joined_row(stages: dict[str, list[StageEntry]], skip: PlacedSkip, level: int) -> LevelRow:
    """The row of a level whose map skips those below."""
    before = stages.get("input", []) if level == 0 else []
    down, up = [*before, *stages[f"down.{level}"]], stages[skip.name]
    enlarging = [each for each in up if not each.name.startswith(f"{skip.name}.body.")]
    own, below = skip.before.channels, enlarging[-1].after.channels
    skip_lines = [skip.skips.value]
    if skip.after.channels != own:
        skip_lines.append(f"{own} + {below} channels")
    return LevelRow(
        left=_captioned(down),
        between=CaptionedMap(
            map=skip.after,
            caption_lines=(*stage_lines(enlarging), f"skip of down.{level}: {skip.skips.value}"),
        ),
        right=_captioned(up[len(enlarging) :]),
        skip_lines=tuple(skip_lines),
    )


def _lowest_row(stages: dict[str, list[StageEntry]], level: int) -> LevelRow:
    """The row of the lowest level, with both bodies in the middle."""
    first, second = (each for each in stages["middle"] if _is_drawn(each))
    before = stages.get("input", []) if level == 0 else []
    return LevelRow(
        left=_captioned([*before, *stages[f"down.{level}"]]),
        between=_captioned([first]),
        right=_captioned([second]),
    )


def _stages(network: EncoderDecoder) -> dict[str, list[StageEntry]]:
    """The entries by stage: ``down.0``, ``middle``, ``up.0``, ``head`` and so on."""
    found: dict[str, list[StageEntry]] = {}
    for entry in _in_order(network.entries):
        stage, number, *_ = entry.name.split(".")
        name = f"{stage}.{number}" if stage in ("down", "up") else stage
        found.setdefault(name, []).append(entry)
    return found


def _in_order(entries: Iterable[NetworkEntry]) -> Iterator[StageEntry]:
    """The entries, those inside of skips among them."""
    for entry in entries:
        if isinstance(entry, PlacedSkip):
            yield from _in_order(entry.body)
        else:
            yield entry


def _captioned(entries: Sequence[StageEntry]) -> CaptionedMap:
    """The last map of a stage, with lines about its layers."""
    return CaptionedMap(map=entries[-1].after, caption_lines=tuple(stage_lines(entries)))


def stage_lines(entries: Iterable[StageEntry]) -> list[str]:
    """Lines about the layers and blocks of a stage, equal ones in sequence as one."""
    lines: list[str] = []
    drawn = [each for each in entries if _is_drawn(each)]
    for (kind, settings), group in groupby(drawn, key=_description):
        first, *others = group
        lines += (
            [f"{first.name} … {others[-1].name}", f"{1 + len(others)} × {kind}"]
            if others
            else [f"{first.name} {kind}"]
        )
        lines += settings
    return lines


def _is_drawn(entry: StageEntry) -> bool:
    """Whether it is a block, or a layer that changes or mixes positions."""
    return isinstance(entry, PlacedPaths) or entry.module.spatial


def _description(entry: StageEntry) -> Description:
    """What a layer or a block is, without its name."""
    if isinstance(entry, PlacedPaths):
        return "residual block", tuple(_block_lines(entry))
    if entry.module.is_function:
        return f"to {format_size(entry.after.size)}", ()
    layer = entry.module.convolution
    settings = () if layer is None else setting_lines(layer)
    return module_kind(entry.module), tuple(settings)


def _block_lines(block: PlacedPaths) -> list[str]:
    """The convolutions of a residual block, and its shortcut unless that is the map itself."""
    layers = [layer for placed in block.body if (layer := placed.module.convolution) is not None]
    lines = [f"{len(layers)} convolutions:"]
    lines += dict.fromkeys(line for layer in layers for line in setting_lines(layer))
    kinds = [module_kind(placed.module) for placed in block.shortcut]
    return lines + ([] if kinds == ["Identity"] else [f"+ shortcut {', '.join(kinds)}"])
