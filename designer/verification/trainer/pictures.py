"""The fixed pictures of a trial, with values from -1 to 1."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import torch
from torch import nn

from designer.validation.json_readers import JsonValue

_RESIZING = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""Torch's name of linear interpolation by the number of axes."""

_HALF_WIDTH = 0.08
"""Half the width of a stroke, in sides of the picture."""


def fixed_pictures(document: dict[str, JsonValue], shape: list[int]) -> torch.Tensor:
    """The pictures of a document, in 256 levels: stored ones, or strokes.

    A shape of three channels keeps colors; with any other number the gray picture is repeated.
    """
    channels, *size = shape
    if "strokes" in document:
        gray = torch.stack([draw_strokes(each, size) for each in document["strokes"]])
        pictures = gray[:, None]
    else:
        pictures = _stored(document, size)
    if pictures.shape[1] != channels:
        gray = pictures.mean(dim=1, keepdim=True)
        pictures = gray.expand(-1, channels, *[-1] * len(size))
    return (pictures.clamp(0, 255).round() / 127.5 - 1).contiguous()


def picture_digest(pictures: torch.Tensor) -> str:
    """SHA-256 of the pictures as bytes of 256 levels, one picture after the other."""
    levels = ((pictures + 1) * 127.5).round().to(torch.uint8)
    return sha256(bytes(levels.flatten().tolist())).hexdigest()


def draw_strokes(strokes: list[list[list[float]]], size: list[int]) -> torch.Tensor:
    """Strokes of light on a dark ground: 255 inside, 0 outside, and a ramp of a pixel between.

    A stroke is the segment between two points, in sides of the picture from 0 to 1.
    """
    lines = [(torch.arange(side, dtype=torch.float64) + 0.5) / side for side in size]
    positions = torch.stack(torch.meshgrid(*lines, indexing="ij"), dim=-1)
    distances = [_distance(positions, *torch.tensor(each, dtype=torch.float64)) for each in strokes]
    inside = _HALF_WIDTH - torch.stack(distances).amin(dim=0)
    return (255 * (inside * min(size) + 0.5).clamp(0, 1)).float()


def _distance(positions: torch.Tensor, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Distances of the positions from a segment."""
    along = end - start
    share = ((positions - start) @ along / (along @ along).clamp(min=1e-12)).clamp(0, 1)
    return (positions - start - share[..., None] * along).square().sum(dim=-1).sqrt()


def _stored(document: dict[str, JsonValue], size: list[int]) -> torch.Tensor:
    """Pictures that are stored as bytes, cut and resized by linear interpolation."""
    data = torch.frombuffer(bytearray(b64decode(document["bytes"])), dtype=torch.uint8)
    stored = data.reshape(document["shape"]).float()
    crops = document.get("crops")
    if crops is None:
        return _resized(stored, size)
    return torch.cat(
        [
            _resized(stored[n : n + 1, :, top : top + height, left : left + width], size)
            for n, top, left, height, width in crops
        ]
    )


def _resized(pictures: torch.Tensor, size: list[int]) -> torch.Tensor:
    """The pictures at another size; where they shrink, the interpolation reads all pixels."""
    if list(pictures.shape[2:]) == size:
        return pictures
    shrinks = any(new < old for new, old in zip(size, pictures.shape[2:], strict=True))
    return nn.functional.interpolate(
        pictures, size=size, mode=_RESIZING[len(size)], antialias=shrinks and len(size) == 2
    )
