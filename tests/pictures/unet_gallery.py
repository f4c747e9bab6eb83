"""Encoder–decoders with skips to draw, and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from designer import Design, design
from designer.pictures.design_pictures import draw_design

DESIGNS: dict[str, dict[str, Any]] = {
    "masks": {"resolution": (300, 37), "skips": "concat", "channels": 1},
    "deep": {"resolution": 300, "skips": "concat", "channels": 1, "base_channels": 64},
    "resized": {"resolution": 97, "skips": "add", "upsampling": "resize", "input_channels": 1},
    "padded": {"resolution": 45, "skips": "concat", "any_size": "pad", "upsampling": "subpixel"},
    "signal": {"resolution": (16000,), "skips": "add", "normalization": "none", "channels": 2},
    "volume": {"resolution": (33, 28, 40), "skips": "concat", "channels": 1, "blocks": 1},
    "residual": {
        "resolution": (61, 48), "skips": "concat", "architecture": "resnet", "blocks": 3,
        "normalization": "group", "any_size": "off",
    },
}  # fmt: skip


def made(name: str) -> Design:
    """The design of this name."""
    fields = {"base_channels": 8, **DESIGNS[name], "encoder": True, "verify": "none"}
    return design(fields.pop("resolution"), **fields)


def draw(name: str, picture: str) -> str:
    """A picture of the design of this name."""
    return draw_design(made(name).gan)[f"{picture}.svg"]


UNET_GALLERY: dict[str, Callable[[], str]] = {
    f"{picture} of skips, {name}": partial(draw, name, picture)
    for name in DESIGNS
    for picture in ("generator", "overlap")
    if picture == "generator" or name in ("masks", "resized", "volume")
}
"""Name: a function that draws the picture."""
