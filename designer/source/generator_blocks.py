"""The functions that make the blocks of a residual generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from designer.geometry.modules.module import Module
from designer.geometry.resampling import Upsampling
from designer.networks import PlacedPaths
from designer.source.block_functions import NetworkBlocks, render_function
from designer.source.layer_lines import class_expression, render_module


class GeneratorBlocks(NetworkBlocks):
    """The blocks of a generator."""

    def render(self) -> Iterator[str]:
        """The functions that its levels need."""
        middle, shortcut = self._lines.resampling(self)
        what = "Norm, ReLU and convolution, twice; both paths reach the larger size."
        body = [
            *self._start("before"),
            *middle,
            *self._start("after"),
            self.convolution("after", "after", 3),
        ]
        parameters = f"before: int, after: int, {self._lines.parameters(self)}"
        yield render_function(
            "up_block", parameters, what, body, shortcut, conditional=self.conditional
        )
        if len(self.entries) > len(self.gan.chain.windows):
            same = [*self._start("channels"), self.convolution("channels", "channels", 3)]
            what = "Norm, ReLU and convolution, twice, beside the map itself."
            yield render_function(
                "same_block",
                "channels: int",
                what,
                [*same, *same],
                ["nn.Identity()"],
                conditional=self.conditional,
            )

    def call(self, entry: PlacedPaths, before: str, after: str) -> str:
        """The call that makes a block."""
        if not entry.resamples:
            return f"same_block({after})"
        return f"up_block({before}, {after}, {self._lines.arguments(self, entry)})"

    @property
    def _lines(self) -> _UpBlockLines:
        return _UP_BLOCK_LINES[self.gan.widths.upsampling]

    def _start(self, channels: str) -> list[str]:
        widths = self.gan.widths
        norm = widths.normalization.block_modules(
            channels=1, axes=self.axes, classes=widths.classes
        )
        return [
            *(render_module(each, channels, channels) for each in norm),
            "nn.ReLU(inplace=True)",
        ]


class _UpBlockLines(Protocol):
    """How a block reaches the larger size in a source, for one kind of upsampling."""

    def resampling(self, blocks: NetworkBlocks) -> tuple[list[str], list[str]]:
        """The lines of the body between its activations, and those of the shortcut."""

    def parameters(self, blocks: NetworkBlocks) -> str:
        """The parameters of the function after those for the channels."""

    def arguments(self, blocks: NetworkBlocks, entry: PlacedPaths) -> str:
        """The arguments of a block."""


class _TransposedLines:
    """A transposed convolution on each path."""

    def resampling(self, blocks: NetworkBlocks) -> tuple[list[str], list[str]]:
        """The same layer twice."""
        names = blocks.window_names("output_padding")[:4]
        dilation = ", dilation=dilation" if blocks.dilated else ""
        layer = f"nn.ConvTranspose{blocks.axes}d(before, after, {', '.join(names)}{dilation})"
        return [layer], [layer]

    def parameters(self, blocks: NetworkBlocks) -> str:
        """A window."""
        return blocks.window_parameters(blocks.window_names("output_padding"))

    def arguments(self, blocks: NetworkBlocks, entry: PlacedPaths) -> str:
        """The window of the step."""
        return blocks.window_arguments(entry, blocks.window_names("output_padding"))


class _ResizedLines:
    """Resizing on each path."""

    def resampling(self, blocks: NetworkBlocks) -> tuple[list[str], list[str]]:
        """Before a convolution."""
        larger = "nn.Upsample(size=size)"
        return (
            [larger, blocks.convolution("before", "after", 3)],
            [larger, blocks.convolution("before", "after", 1)],
        )

    def parameters(self, blocks: NetworkBlocks) -> str:
        """The next size."""
        return f"size: {blocks.numbers}"

    def arguments(self, blocks: NetworkBlocks, entry: PlacedPaths) -> str:
        """The next size."""
        return f"size={entry.after.size}"


class _ShuffledLines:
    """A pixel shuffle on each path, and a crop if a level has one."""

    def resampling(self, blocks: NetworkBlocks) -> tuple[list[str], list[str]]:
        """After a convolution to more channels."""
        _, shuffle, *crop = _shortcuts(blocks)[0]
        more = [f"{class_expression(shuffle)}(factor)"]
        more += [f"nn.ZeroPad{blocks.axes}d(crop)"] if crop else []
        many = f"after * {self._pixels(blocks, shuffle)}"
        return (
            [blocks.convolution("before", many, 3, "padding" if crop else ""), *more],
            [blocks.convolution("before", many, 1, "margin" if crop else ""), *more],
        )

    def parameters(self, blocks: NetworkBlocks) -> str:
        """The factor, and what is added before the shuffle and cut after it."""
        _, shuffle, *crop = _shortcuts(blocks)[0]
        single = shuffle.helper is None or blocks.axes == 1
        factor = f"factor: {'int' if single else blocks.numbers}"
        if not crop:
            return factor
        kind = blocks.numbers if self._is_padded_per_axis(blocks) else "int"
        cut = f"tuple[{', '.join(['int'] * 2 * blocks.axes)}]"
        return f"{factor}, padding: {kind}, margin: {kind}, crop: {cut}"

    def arguments(self, blocks: NetworkBlocks, entry: PlacedPaths) -> str:
        """Those of the step."""
        convolution, shuffle, *crop = (placed.module for placed in entry.shortcut)
        factor = f"factor={shuffle.source_arguments('', '')[0][0]}"
        if not crop:
            return factor
        margins = convolution.settings["padding"]
        per_axis = self._is_padded_per_axis(blocks)
        padding, margin = (
            tuple(each) if per_axis else each[0] for each in ([m + 1 for m in margins], margins)
        )
        cut = tuple(crop[0].settings["padding"])
        return f"{factor}, padding={padding}, margin={margin}, crop={cut}"

    def _pixels(self, blocks: NetworkBlocks, shuffle: Module) -> str:
        """How many pixels a shuffle makes of one position."""
        if shuffle.helper is None:
            return "factor**2"
        return "factor" if blocks.axes == 1 else "torch.Size(factor).numel()"

    def _is_padded_per_axis(self, blocks: NetworkBlocks) -> bool:
        return any(len({*first.settings["padding"]}) > 1 for first, *_ in _shortcuts(blocks))


def _shortcuts(blocks: NetworkBlocks) -> list[Sequence[Module]]:
    """The modules of the shortcut of each step."""
    return [[p.module for p in entry.shortcut] for entry in blocks.entries if entry.resamples]


_UP_BLOCK_LINES: dict[Upsampling, _UpBlockLines] = {
    Upsampling.TRANSPOSED: _TransposedLines(),
    Upsampling.RESIZE: _ResizedLines(),
    Upsampling.SUBPIXEL: _ShuffledLines(),
}
