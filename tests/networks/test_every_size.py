"""Generators have exactly the requested size: solved, rendered and run in torch at width 1."""

from __future__ import annotations

import types

import pytest
import torch

from designer import Brief, Level, design

pytestmark = pytest.mark.torch

COMMON_SIZES = [
    (28, 28),
    (32, 32),
    (48, 48),
    (50, 150),
    (90, 90),
    (96, 96),
    (97, 97),
    (100, 100),
    (108, 108),
    (128, 128),
    (218, 178),
    (224, 224),
    (256, 256),
    (512, 512),
    (1024, 1024),
    (1080, 1920),
]
"""Frequently requested sizes."""


def assert_runs_at(size: tuple[int, int]) -> None:
    """The generator produces this size and the discriminator accepts it, at width 1."""
    brief = Brief(resolution=size, latent_dim=3, channels=1, verify=Level.NONE)
    module = types.ModuleType("model")
    exec(compile(design(brief).source.text, "model.py", "exec"), module.__dict__)
    with torch.no_grad():
        image = module.Generator(base_channels=1).eval()(torch.randn(2, 3, 1, 1))
        assert tuple(image.shape) == (2, 1, *size)
        assert tuple(module.Discriminator(base_channels=1).eval()(image).shape) == (2,)


@pytest.mark.parametrize("size", COMMON_SIZES, ids=str)
def test_common_sizes_are_met_exactly(size: tuple[int, int]) -> None:
    """The output has exactly the requested size."""
    assert_runs_at(size)


def test_every_square_from_4_to_160_is_run() -> None:
    """All 157 sizes run."""
    for side in range(4, 161):
        assert_runs_at((side, side))
