"""The class of an encoder–decoder with skips."""

from __future__ import annotations

from collections.abc import Iterator

from designer.brief.skips import AnySize, Skips
from designer.brief.unet_widths import UNetWidths
from designer.geometry.layers import Size
from designer.networks import Block, Gan, PlacedModule
from designer.networks.blocks import NetworkEntry, PlacedSkip
from designer.networks.encoder_decoder import EncoderDecoder
from designer.networks.unet_sizes import least_input, takes_any_size, unet_network, unet_widths
from designer.source.class_texts import OUTPUT_RANGES, SAMPLE_NOUNS, SIDES, width_arguments
from designer.source.layer_lines import render_line, render_module

_SIDE_NOUNS = {1: "length", 2: "height and width", 3: "depth, height and width"}


def render_unet(gan: Gan) -> str:
    """The class ``UNet``."""
    widths, network = unet_widths(gan), unet_network(gan)
    lines = _Lines(widths, network)
    depth, axes = len(network.up), gan.chain.axes
    given = [str(widths.channels_at(level)) for level in range(depth + 1)]
    down = "\n".join(_indented(lines.down(), 16))
    up = "\n".join(_indented(lines.up(), 16))
    head = "\n".join(_indented(lines.head(), 12))
    inner = f"width[{depth}]"
    middle = f"*body({inner}, initial_channels, 1), *body(initial_channels, {inner}, 1)"
    noun = SAMPLE_NOUNS[axes]
    return f'''\
class UNet(nn.Module):
    """{noun.capitalize()} {_shape("input_channels", gan)} in, {noun} {_shape("channels", gan)}{OUTPUT_RANGES[gan.output_activation]} out{_sizes_text(gan)}."""

    def __init__(self, initial_channels: int = {widths.initial_channels}, input_channels: int = {widths.input_channels}, {width_arguments(widths)}) -> None:
        super().__init__()
        width = [min(base_channels * 2**k, {widths.max_channels}) for k in range({depth + 1})]  # {", ".join(given)}
        self.down = nn.ModuleList(
            [
{down}
            ]
        )
        self.middle = nn.Sequential({middle})
        self.up = nn.ModuleList(
            [
{up}
            ]
        )
        self.head = nn.Sequential(
{head}
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
{_forward(gan, widths)}'''


def _sizes_text(gan: Gan) -> str:
    if not takes_any_size(gan):
        return ""
    least, nouns = least_input(gan), _SIDE_NOUNS[gan.chain.axes]
    if len({*least}) == 1:
        return f", for every {nouns} from {least[0]} on"
    return f", for every {nouns} from {' and '.join(map(str, least))} on"


def _shape(channels: str, gan: Gan) -> str:
    sides = SIDES[gan.chain.axes]
    if not takes_any_size(gan):
        sides = [str(side) for side in gan.generator.input_map.size]  # type: ignore[assignment]
    return f"(N, {channels}, {', '.join(sides)})"


def _forward(gan: Gan, widths: UNetWidths) -> str:
    pads = widths.any_size is AnySize.PAD
    lines = [*_size_check(gan)]
    if pads:
        lines += _padding(gan.chain.factors)
    lines += [
        "skips: list[torch.Tensor] = []",
        *([] if pads else ["features = image"]),
        "for stage in self.down:",
        "    features = stage(features)",
        "    skips.append(features)",
        "features = self.middle(skips.pop())",
        "for up in self.up:",
        "    features = up(features, skips.pop())",
        "output: torch.Tensor = self.head(features)",
    ]
    cuts = ", ".join(f": size[{axis}]" for axis in range(gan.chain.axes))
    lines.append(f"return output[:, :, {cuts}].contiguous()" if pads else "return output")
    return "\n".join(f"        {line}" for line in lines)


def _size_check(gan: Gan) -> Iterator[str]:
    """The lines that refuse inputs at which the network does not work."""
    least, got = least_input(gan), "got {tuple(image.shape[2:])}"
    if not takes_any_size(gan):
        yield f"sides = {least}"
        yield "if image.shape[2:] != sides:"
        yield f'    raise ValueError(f"the sides must be {{sides}}, {got}")'
    elif len({*least}) > 1:
        yield f"least = {least}"
        yield "if any(side < low for side, low in zip(image.shape[2:], least, strict=True)):"
        yield f'    raise ValueError(f"the sides must be at least {{least}}, {got}")'
    elif least[0] > 1:
        yield f"least = {least[0]}"
        yield "if min(image.shape[2:]) < least:"
        yield f'    raise ValueError(f"each side must be at least {{least}}, {got}")'


def _padding(factors: Size) -> list[str]:
    """The lines that pad to multiples of the factors, the last axis first."""
    equal = len({*factors}) == 1
    sides = f"-side % {factors[0]}" if equal else "-side % factor"
    each = "side in reversed(size)"
    if not equal:
        each = f"side, factor in zip(reversed(size), {factors[::-1]}, strict=True)"
    return [
        "size = image.shape[2:]",
        f"added = [more for {each} for more in (0, {sides})]",
        "features = nn.functional.pad(image, added)",
    ]


class _Lines:
    """The lines within the containers of the class."""

    def __init__(self, widths: UNetWidths, network: EncoderDecoder) -> None:
        self._widths, self._network = widths, network
        self._placed = {placed.name: placed for placed in network.placed_modules}
        self._maps = dict(_stage_maps(network.entries))

    def down(self) -> Iterator[str]:
        """A sequence for each level."""
        for level, stage in enumerate(self._network.down):
            own, count = f"width[{level}]", self._widths.blocks_at(level)
            if level == 0 and not self._widths.has_residual_bodies:
                comment = self._maps[f"down.{level}"]
                yield f"nn.Sequential(*body(input_channels, {own}, {count})),  # {comment}"
                continue
            above = f"width[{level - 1}]" if level else "input_channels"
            first = stage[0]
            assert isinstance(first, Block), "a stage starts with a convolution"
            rows = [self._placed[f"down.{level}.{place}"] for place in range(len(first.modules))]
            yield "nn.Sequential("
            yield from (f"    {_line(placed, above, own)}" for placed in rows)
            yield f"    *body({own}, {own}, {count}),"
            yield "),"

    def up(self) -> Iterator[str]:
        """A step up for each level but the lowest."""
        depth = len(self._network.up)
        for place, stage in enumerate(self._network.up):
            level = depth - 1 - place
            below, own = f"width[{level + 1}]", f"width[{level}]"
            modules = stage.enlarge.modules
            name = f"up.{place}.enlarge"
            rows = [
                self._placed[name if len(modules) == 1 else f"{name}.{index}"]
                for index in range(len(modules))
            ]
            spread = max(module.copies for module in modules)
            made = f"{own} * {spread}" if spread else own
            joined = own if self._widths.skips is Skips.ADD else f"2 * {own}"
            lines = [_line(placed, below, made) for placed in rows]
            yield "Up("
            if len(rows) == 1:
                yield f"    {lines[0]}"
            else:
                yield "    nn.Sequential("
                yield from (f"        {line}" for line in lines)
                yield "    ),"
            yield f"    nn.Sequential(*body({joined}, {own}, {self._widths.blocks_at(level)})),"
            yield "),"

    def head(self) -> Iterator[str]:
        """The modules of the head."""
        for placed in (each for name, each in self._placed.items() if name.startswith("head.")):
            after = "channels" if placed.module.role == "convolution" else "width[0]"
            yield _line(placed, "width[0]", after)


def _line(placed: PlacedModule, before: str, after: str) -> str:
    if placed.before.size == placed.after.size and placed.module.role == "convolution":
        return f"{render_module(placed.module, before, after)},  # {placed.after}"
    return render_line(placed, before, after)


def _stage_maps(entries: tuple[NetworkEntry, ...]) -> Iterator[tuple[str, str]]:
    """The map after each stage down, by name."""
    for entry in entries:
        if isinstance(entry, PlacedSkip):
            yield from _stage_maps(entry.body)
        elif entry.name.startswith("down."):
            yield entry.name.rpartition(".")[0], str(entry.after)


def _indented(lines: Iterator[str], spaces: int) -> Iterator[str]:
    return (" " * spaces + line for line in lines)
