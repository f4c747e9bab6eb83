"""Pictures of residual designs: maps without those of shortcuts, shared overlap maps, the gradient."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from designer import Design, design
from designer.networks.blocks import PlacedPaths
from designer.networks.pixel_gradients import pixel_gradients
from designer.pictures.design_pictures import draw_design
from designer.pictures.gradient_map import SHOWN_PIXELS, gradient_lines, middle_gradient

DESIGNS: dict[str, dict[str, Any]] = {
    "resized": {"resolution": 64, "upsampling": "resize"},
    "odd": {"resolution": 97, "upsampling": "resize"},
    "transposed": {"resolution": 48},
    "volume": {"resolution": (16, 16, 16), "upsampling": "resize", "channels": 1},
    "signal": {"resolution": (256,), "channels": 1},
    "labelled": {"resolution": 32, "classes": 10, "upsampling": "subpixel", "blocks": 2},
    "r3gan": {"resolution": 45, "architecture": "r3gan", "blocks": 1},
    "r3gan oblong": {"resolution": (50, 34), "architecture": "r3gan", "classes": 3, "blocks": 1},
    "r3gan volume": {"resolution": (10, 8, 9), "architecture": "r3gan", "channels": 1, "blocks": 1},
    "r3gan signal": {"resolution": (96,), "architecture": "r3gan", "channels": 1, "classes": 2},
}


def made(name: str) -> Design:
    """A small design of residual blocks."""
    fields = {"architecture": "resnet", **DESIGNS[name], "base_channels": 8, "verify": "none"}
    return design(fields.pop("resolution"), **fields)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_map_of_a_body_is_drawn_and_no_map_of_a_shortcut(name: str) -> None:
    """The last map of a body says what is added to it; the ends of both networks are drawn."""
    gan, pictures = made(name).gan, draw_design(made(name).gan)
    assert pictures.keys() == {"generator.svg", "discriminator.svg", "overlap.svg"}
    for role, network in gan.networks.items():
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", pictures[f"{role}.svg"])
        captions = [text.split(" ")[0] for text in texts]
        drawn = {p.name for p in network.longest_path if p.module.spatial}
        assert drawn <= set(captions)
        blocks = [entry for entry in network.main if isinstance(entry, PlacedPaths)]
        assert [text for text in texts if text.startswith("+ ")] == [
            f"+ {block.name}.shortcut:" for block in blocks
        ]
        assert not {placed.name for block in blocks for placed in block.shortcut} & set(captions)
    assert "main.1 Linear" in pictures["generator.svg"]
    assert re.search(r"(main\.\d+|head) Linear", pictures["discriminator.svg"])


def test_equal_layers_of_a_block_share_one_overlap_map() -> None:
    picture = draw_design(made("transposed").gan)["overlap.svg"]
    assert "main.3.body.2 and main.3.shortcut, 6×6 → 12×12" in picture
    assert len(re.findall(r">scale:<", picture)) == 3
    resized = draw_design(made("resized").gan)["overlap.svg"]
    assert "no layer is a transposed convolution: every position is used equally often" in resized


@pytest.mark.parametrize("name", DESIGNS)
def test_the_gradient_map_is_the_middle_of_that_of_all_pixels(name: str) -> None:
    """Relative to its mean; ends that are equal in print are not given as two numbers."""
    network = made(name).gan.discriminator
    assert network is not None
    whole, middle = pixel_gradients(network), middle_gradient(network)
    most = SHOWN_PIXELS[len(network.input_map.size)]
    assert middle.size == tuple(min(most, side) for side in whole.shape)
    starts = [(side - shown) // 2 for side, shown in zip(whole.shape, middle.size, strict=True)]
    cut = whole[tuple(slice(at, at + shown) for at, shown in zip(starts, middle.size, strict=True))]
    values = [middle.values[index] for index in np.ndindex(cut.shape)]
    assert np.allclose(values, (cut / cut.mean()).reshape(-1))
    (said,) = gradient_lines(middle)
    ends = {f"{end:.2f}" for end in middle.ends}
    assert ("the same gradient" in said) == (len(ends) == 1)
    assert all(end in said for end in ends) or len(ends) == 1
