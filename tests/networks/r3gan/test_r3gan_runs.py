"""Sources of R3GAN designs, run by torch: hooks see every map that was predicted."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import torch

from designer import Design, design
from designer.networks import PlacedPaths
from tests.networks.network_factory import module_of
from tests.networks.residual.test_residual_runs import LONGEST, forward_arguments, hooked_shapes
from tests.support import soak_count

pytestmark = pytest.mark.torch


def narrow_designs(count: int) -> Iterator[Design]:
    """The same designs in every run, on one to three axes."""
    rng = random.Random(0)
    for index in range(count):
        axes = (2, 2, 2, 1, 3)[index % 5]
        size = [rng.randint(4, LONGEST[axes]) for _ in range(axes)]
        yield design(
            size if index % 2 else size[0],
            dimensions=axes,
            architecture="r3gan",
            latent_dim=5,
            channels=rng.choice([1, 3]),
            base_channels=rng.choice([2, 3]),
            max_channels=8,
            blocks=rng.choice([1, 1, 2]),
            expansion=rng.choice([1, 2, 3]),
            group_width=rng.choice([1, 2, 16]),
            classes=rng.choice([None, 4]),
            output_activation=rng.choice(["none", "tanh", "sigmoid"]),
            search={"anisotropic": rng.random() < 0.5},
            verify="none",
        )


@pytest.mark.slow
def test_every_map_has_the_predicted_shape() -> None:
    """Of 100 designs in `make soak`: modules, blocks, the picture of the requested size, one number."""
    for index, found in enumerate(narrow_designs(soak_count(25, 100))):
        module = module_of(found.gan)
        for role, network in found.gan.networks.items():
            built = getattr(module, role.capitalize())().train(index % 4 < 2)
            with torch.no_grad():
                measured = hooked_shapes(built, *forward_arguments(network))
            predicted = {each.name: each.after.shape for each in network.placed_modules}
            blocks = {entry.name for entry in network.main if isinstance(entry, PlacedPaths)}
            assert {name: measured[name] for name in predicted} == predicted, found.brief
            containers = {"main", *(f"{name}.body" for name in blocks)}
            assert {name for name in measured if name} == {*predicted} | containers | blocks
            picture = (found.brief.channels, *found.brief.resolution)
            assert measured[""] == (picture if role == "generator" else ())
