"""Sources of residual designs, run by torch: hooks see every map that was predicted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from designer import Design, design
from designer.brief.options import Normalization
from designer.geometry.resampling import Upsampling
from designer.networks import Network, PlacedPaths
from tests.networks.network_factory import module_of
from tests.plain_norms import PLAIN_NORMS
from tests.support import soak_count

pytestmark = pytest.mark.torch

LONGEST = {1: 5000, 2: 200, 3: 24}
NORMS = [norm for norm in PLAIN_NORMS if norm not in (Normalization.NONE, Normalization.SPECTRAL)]
STYLES = [norm for norm in PLAIN_NORMS if norm is not Normalization.NONE]


def narrow_designs(count: int) -> Iterator[Design]:
    """The same designs in every run, of all kinds, on one to three axes."""
    rng = random.Random(0)
    for index in range(count):
        axes = (2, 2, 2, 1, 3)[index % 5]
        classes = rng.choice([None, None, 4])
        norms = NORMS if classes is None else [*NORMS, *[Normalization.CONDITIONAL_BATCH] * 3]
        size = [rng.randint(8, LONGEST[axes]) for _ in range(axes)]
        yield design(
            size if index % 2 else size[0],
            dimensions=axes,
            architecture="resnet",
            upsampling=list(Upsampling)[index % 3],
            latent_dim=5,
            channels=rng.choice([1, 3]),
            base_channels=2,
            max_channels=8,
            blocks=rng.choice([1, 1, 2]),
            normalization=rng.choice(norms),
            classes=classes,
            discriminator={
                "normalization": rng.choice(STYLES),
                "output": "logit",
            },
            verify="none",
        )


def hooked_shapes(network: nn.Module, *given: torch.Tensor) -> dict[str, tuple[int, ...]]:
    """The shapes of one sample that the modules give, by name, and of the network's output."""
    found: dict[str, tuple[int, ...]] = {}

    def note(name: str, output: Any) -> None:  # noqa: ANN401
        found[name] = tuple(output.shape[1:])

    for name, module in network.named_modules():
        module.register_forward_hook(lambda _, __, output, name=name: note(name, output))
    network(*given)
    return found


def forward_arguments(network: Network) -> list[torch.Tensor]:
    """A batch of two, with labels if the network takes them."""
    given = [torch.randn(2, *network.input_map.shape)]
    return [*given, torch.tensor([0, 3])] if network.takes_labels else given


@pytest.mark.slow
def test_every_map_has_the_predicted_shape() -> None:
    """Of 150 designs in `make soak`, in training and in evaluation."""
    for index, found in enumerate(narrow_designs(soak_count(25, 150))):
        module = module_of(found.gan)
        for role, network in found.gan.networks.items():
            built = getattr(module, role.capitalize())().train(index % 4 < 2)
            measured = hooked_shapes(built, *forward_arguments(network))
            predicted = {each.name: each.after.shape for each in network.placed_modules}
            assert {name: measured[name] for name in predicted} == predicted, found.brief
            called = {name for name in measured if name and "parametrizations" not in name}
            containers = {
                name for name in called if "Sequential" in type(built.get_submodule(name)).__name__
            }
            blocks = {entry.name for entry in network.main if isinstance(entry, PlacedPaths)}
            assert called - containers - blocks == {*predicted}
            expected = found.gan.generator.output_map.shape if role == "generator" else ()
            assert measured[""] == expected
