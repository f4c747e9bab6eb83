"""Legality and size equal eager torch's for all 1,296 small settings on one to three axes."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from designer.errors import InvalidLayer
from designer.geometry.layers import ConvTranspose, FeatureMap, Window

SETTINGS = list(product((1, 2, 4), range(1, 5), range(1, 4), range(3), range(4), range(1, 4)))
"""(i, F, S, P, A, D)."""

pytestmark = pytest.mark.torch


def predicted_size(setting: tuple[int, ...], axes: int) -> int | None:
    """The size by this project's arithmetic, or None if the setting is refused."""
    i, kernel_size, stride, padding, output_padding, dilation = setting
    try:
        window = Window(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            output_padding=output_padding,
        )
        layer = ConvTranspose(in_channels=1, out_channels=1, windows=(window,) * axes)
        return layer.output_map(FeatureMap(channels=1, size=(i,) * axes)).size[0]
    except InvalidLayer:
        return None


def torch_size(setting: tuple[int, ...], axes: int) -> int | None:
    """The size from eager torch, or None if it refuses; empty maps count as refused."""
    i, kernel_size, stride, padding, output_padding, dilation = setting
    conv = getattr(torch.nn.functional, f"conv_transpose{axes}d")
    try:
        y = conv(
            torch.zeros(1, 1, *(i,) * axes),
            torch.zeros(1, 1, *(kernel_size,) * axes),
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            dilation=dilation,
        )
    except RuntimeError:
        return None
    return y.shape[2] or None


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_legality_and_size_agree_with_eager_torch(axes: int) -> None:
    """A setting is legal exactly if torch runs it, and the sizes are equal."""
    assert len(SETTINGS) == 1296
    differing = [s for s in SETTINGS if predicted_size(s, axes) != torch_size(s, axes)]
    assert differing == []
    legal = sum(predicted_size(setting, axes) is not None for setting in SETTINGS)
    assert 0 < legal < len(SETTINGS)


def test_helpers_agree_on_a_legal_setting() -> None:
    """The two helpers do not agree by refusing everything."""
    setting = (4, 4, 2, 1, 0, 1)
    assert predicted_size(setting, 2) == torch_size(setting, 2) == 8
