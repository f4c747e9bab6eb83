"""Pictures of encoder–decoders: both arms and the skips, with the names and sizes of torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from designer.pictures.network_maps import LONGEST_BAR_PX, THICKNESS_PX
from designer.pictures.unet_maps import LARGEST_ARM_SIDE_PX
from tests.pictures.test_r3gan_pictures import USUAL, numbers
from tests.pictures.unet_gallery import DESIGNS, draw, made

pytestmark = pytest.mark.torch

SVG = "{http://www.w3.org/2000/svg}"

Shape = tuple[int, ...]
Ends = dict[str, tuple[Shape, Shape]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMap:
    """The front of a map, its channel bar, and the shape that is written below it."""

    x: int
    y: int
    width: int
    height: int
    bar: int
    shape: Shape

    @property
    def base(self) -> int:
        """The lower end."""
        return self.y + self.height


@cache
def torch_shapes(name: str) -> tuple[nn.Module, Ends]:
    """The module of a design, and the shapes before and after each module at the design's size."""
    design = made(name)
    found: Ends = {}

    def record(path: str):  # noqa: ANN202
        def hook(_: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            found[path] = (tuple(given[0].shape[1:]), tuple(output.shape[1:]))

        return hook

    with torch.device("meta"):
        module = design.generator().to("meta").eval()
        for path, each in module.named_modules():
            each.register_forward_hook(record(path))
        module(torch.zeros(1, *design.gan.generator.input_map.shape, device="meta"))
    return module, found


def elements(svg: str, kind: str) -> list[dict[str, str]]:
    """The attributes of the elements of a class, in order."""
    found = ElementTree.fromstring(svg).iter()
    return [{**node.attrib, "text": node.text or ""} for node in found if node.get("class") == kind]


def drawn_maps(svg: str) -> list[DrawnMap]:
    """The maps in order, each with the nearest bar on its right and the nearest texts below it."""
    fronts, bars = (
        [tuple(int(each[side]) for side in ("x", "y", "width", "height")) for each in found]
        for found in (elements(svg, "input"), elements(svg, "output"))
    )
    texts = [
        (int(each["x"]), int(each["y"]), each["text"])
        for each in elements(svg, "ink")
        if re.fullmatch(r"\d+(×\d+)*|\d+ channels?", each["text"])
    ]
    found = []
    for x, y, width, height in fronts:
        base = y + height
        bar = min((b for b in bars if b[0] > x and b[1] + b[3] == base), key=lambda b: b[0])
        middle = (x + bar[0] + bar[2]) // 2
        below = [text for text in texts if 0 < text[1] - base < 45]
        below.sort(key=lambda text: (abs(text[0] - middle) > 75, text[1], abs(text[0] - middle)))
        size, channels = below[0][2], below[1][2].split(" ")[0]
        shape = (int(channels), *map(int, size.split("×")))
        drawn = DrawnMap(x=x, y=y, width=width, height=height, bar=bar[3], shape=shape)
        found.append(drawn)
    return found


@pytest.mark.parametrize("name", DESIGNS)
def test_the_maps_of_each_level_are_on_one_row(name: str) -> None:
    """Input and output; each level with its skip; the lowest one. Lower levels are further down."""
    module, shapes = torch_shapes(name)
    maps = drawn_maps(draw(name, "generator"))
    depth = len(module.up)  # type: ignore[arg-type]
    expected: list[tuple[Shape, ...]] = [shapes[""]]
    for level in range(depth):
        up = f"up.{depth - 1 - level}"
        expected.append((shapes[f"down.{level}"][1], shapes[f"{up}.body"][0], shapes[up][1]))
    first_body = next(path for path in shapes if re.fullmatch(r"middle\.0(\.body)?", path))
    lowest = (shapes[f"down.{depth}"][1], shapes[first_body][1], shapes["middle"][1])
    expected.append(lowest)
    bases = []
    for row in expected:
        drawn, maps = maps[: len(row)], maps[len(row) :]
        assert tuple(each.shape for each in drawn) == row
        assert len({each.base for each in drawn}) == 1
        assert [each.x for each in drawn] == sorted(each.x for each in drawn)
        bases.append(drawn[0].base)
    assert maps == []
    assert bases == sorted(set(bases))


@pytest.mark.parametrize("name", DESIGNS)
def test_each_skip_joins_the_map_of_its_level_with_what_the_level_below_gives(name: str) -> None:
    """From the map of the left arm to the joined one, with the kind of the skip above the line."""
    module, shapes = torch_shapes(name)
    svg = draw(name, "generator")
    maps, depth = drawn_maps(svg), len(module.up)  # type: ignore[arg-type]
    lines = [re.fullmatch(r"M(\d+) (\d+)H(\d+)", each["d"]) for each in elements(svg, "skip")]
    assert len(lines) == depth
    labels = [each for each in elements(svg, "ink") if each["text"] in ("concat", "add")]
    for level, line in enumerate(lines):
        assert line is not None
        start, y, end = map(int, line.groups())
        level_maps = [each for each in maps if each.y <= y <= each.base]
        before = max((each for each in level_maps if each.x < start), key=lambda each: each.x)
        after = min((each for each in level_maps if each.x > end), key=lambda each: each.x)
        assert 0 < after.x - end < 10
        assert before.shape == shapes[f"down.{level}"][1]
        assert after.shape == shapes[f"up.{depth - 1 - level}.body"][0]
        assert labels[level]["text"] == DESIGNS[name]["skips"]
        assert start < int(labels[level]["x"]) < end
        assert 0 < y - int(labels[level]["y"]) < 12


@pytest.mark.parametrize("name", DESIGNS)
def test_maps_and_bars_are_to_scale(name: str) -> None:
    """One scale for all maps and one for all channels; nothing is thinner than a pixel."""
    maps = drawn_maps(draw(name, "generator"))
    largest = max(max(each.shape[1:]) for each in maps)
    most = max(each.shape[0] for each in maps)
    for each in maps:
        sides = [max(1, side * LARGEST_ARM_SIDE_PX // largest) for side in each.shape[1:]]
        height = THICKNESS_PX if len(sides) == 1 else sides[-2]
        assert (each.height, each.width) == (height, sides[-1])
        assert each.bar == max(1, each.shape[0] * LONGEST_BAR_PX // most)


def captions(svg: str) -> list[tuple[str, str | None, list[str]]]:
    """The first and the last name of each caption, and its lines."""
    description = re.search(r"<desc[^>]*>(.*?)\.</desc>", svg, re.DOTALL)
    assert description is not None
    found: list[tuple[str, str | None, list[str]]] = []
    for entry in description[1].split("; "):
        for line in entry.rpartition(": ")[0].split(", "):
            named = re.match(r"((?:input|down|middle|up|head|output)\.\S+)(?: … (\S+))?", line)
            if named:
                found.append((named[1], named[2], [line]))
            elif found:
                found[-1][2].append(line)
    return found


def layers_between(
    layers: dict[str, nn.Module], first: str, last: str | None
) -> dict[str, nn.Module]:
    """The layers that a caption is about: those of its modules, and inside of its blocks."""
    paths = [*layers]
    inside = [n for n, path in enumerate(paths) if path.startswith((f"{first}.", f"{last}."))]
    inside += [paths.index(path) for path in (first, last) if path in layers]
    return {path: layers[path] for path in paths[min(inside) : max(inside) + 1]}


@pytest.mark.parametrize("name", DESIGNS)
def test_captions_name_every_convolution_with_its_settings(name: str) -> None:
    """Equal ones in a row as one. An output padding is the one that gives the size after the layer."""
    module, shapes = torch_shapes(name)
    axes = len(made(name).gan.chain.target)
    layers = {path: each for path, each in module.named_modules() if hasattr(each, "kernel_size")}
    named: list[str] = []
    for first, last, lines in captions(draw(name, "generator")):
        if "PixelShuffle" in lines[0] or " to " in lines[0]:
            continue
        said = numbers(", ".join(lines), axes)
        about = layers_between(layers, first, last)
        in_block = r"\.(body\.\d+|shortcut)$" if "residual block" in " ".join(lines[:2]) else "$"
        repeats = re.match(r"\d+(?= × )", lines[1])
        assert len({re.sub(in_block, "", path) for path in about}) == int(
            repeats[0] if repeats else 1
        )
        for path, layer in about.items():
            named.append(path)
            if path.endswith("shortcut"):
                assert f"+ shortcut {type(layer).__name__}" in lines
                continue
            wanted = {
                field: getattr(layer, field) for field in ("kernel_size", "stride", "padding")
            }
            for field, value in wanted.items():
                assert said.get(field, (USUAL.get(field, 0),) * axes) == value, path
            before, after = shapes[path]
            if "ConvTranspose" in type(layer).__name__:
                added = said.get("output_padding", (0,) * axes)
                steps = zip(before[1:], wanted["stride"], wanted["padding"], wanted["kernel_size"], added, strict=True)  # fmt: skip
                assert after[1:] == tuple((i - 1) * s - 2 * p + k + a for i, s, p, k, a in steps)
    assert sorted(named) == sorted(layers)


@pytest.mark.parametrize("name", ["masks", "signal", "volume", "residual"])
def test_the_overlap_is_that_of_torch(name: str) -> None:
    """Of every transposed layer, with the output padding of its call: the counts of its scale."""
    module, shapes = torch_shapes(name)
    picture = draw(name, "overlap")
    parts = re.split(r">(up\.\d\.enlarge), ([\d×]+) → ([\d×]+): ", picture)[1:]
    found = {parts[n]: parts[n + 1 : n + 4] for n in range(0, len(parts), 4)}
    layers = {
        path: layer
        for path, layer in module.named_modules()
        if type(layer).__name__.startswith("ConvTranspose")
    }
    assert found.keys() == layers.keys()
    for path, layer in layers.items():
        before, after = (shape[1:] for shape in shapes[path])
        assert found[path][:2] == ["×".join(map(str, size)) for size in (before, after)]
        alone = type(layer)(1, 1, layer.kernel_size, layer.stride, layer.padding, bias=False)  # type: ignore[operator]
        nn.init.ones_(alone.weight)
        counts = alone(torch.ones(1, 1, *before), output_size=after).unique().int().tolist()
        scale = re.findall(r">(\d+)<", found[path][2].partition(">scale:<")[2])
        assert {*map(int, scale)} <= {*counts}
        assert max(map(int, scale)) == max(counts)
        assert min(map(int, scale)) == min(counts)


def test_resized_and_shuffled_arms_have_no_transposed_layer() -> None:
    for name in ("resized", "padded"):
        assert "no layer is a transposed convolution" in draw(name, "overlap")


@pytest.mark.parametrize("name", DESIGNS)
def test_the_arrows_up_cross_no_map_and_no_text(name: str) -> None:
    """From each level to the joined map of the next one, between the rows."""
    svg = draw(name, "generator")
    found = [
        [*map(int, line.groups())]
        for each in elements(svg, "frame")
        if (line := re.fullmatch(r"M(\d+) (\d+)V(\d+)H(\d+)V(\d+)", each["d"]))
    ]
    assert len(found) == len(elements(svg, "skip"))
    boxes = [
        [int(each[side]) for side in ("x", "y", "width", "height")]
        for kind in ("input", "output")
        for each in elements(svg, kind)
    ]
    texts = [(int(each["x"]), int(each["y"])) for each in elements(svg, "ink") if each["text"]]
    for right, bottom, turn, left, top in found:
        assert top < turn < bottom
        assert not [
            b for b in boxes if b[1] - 5 < turn <= b[1] + b[3] and left - b[2] < b[0] < right
        ]
        assert not [
            text for text in texts if text[1] - 13 < turn <= text[1] and left < text[0] < right
        ]
