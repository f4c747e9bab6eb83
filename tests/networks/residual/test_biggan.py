"""BigGAN and the designs that come closest to it: what is equal, and what differs.

=====================  ======================================  ==================================
Part                   BigGAN-PyTorch                          design (``resnet``, ``resize``)
=====================  ======================================  ==================================
generator's blocks     3×3, 3×3 and 1×1 convolutions           the same; at 256, widths 16, 16, 8,
                                                               8, 4, 2, 1 become 16, 16, 16, 8, …
stem                   reads 20 of 120 latent numbers (17      reads the latent vector and a label
                       of 119 at 256)                          vector as long
generator's norms      gain and bias are linear maps of label  batch norm with a gain and a bias, or with
                       vector and latent numbers; without      tables of 1000 rows, as without --G_shared
                       --G_shared tables of 1000 rows
label vectors          1000×128, for the norms                 1000×latent_dim, for the stem, or none
attention              at 64×64, both networks                 the same, with a gain of one entry, not of none
discriminator's block  in → out → out                          in → in → out
its shortcuts, head    1×1 convolutions, linear, 1000×1536     the same at 128
spectral norm          in both networks                        in the discriminator
=====================  ======================================  ==================================

At 256, BigGAN's discriminator repeats 8 units in the middle, so its last 16 units come one block later.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from designer import Design, design
from designer.networks import PlacedPaths
from tests.networks.network_factory import module_of
from tests.networks.residual.published_biggan import (
    CLASSES,
    GENERATOR_UNITS,
    UNIT,
    biggan_discriminator,
    biggan_generator,
)
from tests.networks.residual.test_residual_published import designed_shapes, tensor_shapes

pytestmark = pytest.mark.torch

Shapes = Counter[tuple[int, ...]]


def nearest_design(side: int, **more: Any) -> Design:  # noqa: ANN401
    """With BigGAN's width, cap, classes and number of blocks."""
    return design(
        side,
        architecture="resnet",
        upsampling="resize",
        latent_dim=120,
        base_channels=UNIT,
        max_channels=16 * UNIT,
        classes=CLASSES,
        attention=4,
        discriminator={"blocks": [1] * (6 if side == 128 else 7)},
        verify="none",
        **more,
    )


def parts_of(network: dict[str, nn.Module]) -> dict[str, Shapes]:
    """The shapes of the tensors of each part."""
    return {name: tensor_shapes(part) for name, part in network.items()}


def built_parts(role: str, side: int) -> dict[str, Shapes]:
    """The same of a BigGAN."""
    with torch.device("meta"):
        return parts_of((biggan_generator if role == "generator" else biggan_discriminator)(side))


def kernels(shapes: Shapes) -> Shapes:
    """Of convolutions alone."""
    return Counter({shape: count for shape, count in shapes.items() if len(shape) == 4})


def test_the_generator_for_128_has_the_published_blocks() -> None:
    """All kernels of blocks and end are equal; stem, norms and label vectors differ."""
    published = built_parts("generator", 128)
    found = designed_shapes(nearest_design(128), "generator")
    same = published["blocks"] + published["end"] + published["attention"]
    assert kernels(found) == kernels(same)
    assert published["stem"] - found == Counter([(16 * 16 * UNIT, 20)])
    assert found[(16 * 16 * UNIT, 2 * 120)] == 1
    assert (published["embedding"], found[(CLASSES, 120)]) == (Counter([(CLASSES, 128)]), 1)
    assert {shape[1] for shape in published["norms"]} == {148}


def test_the_generator_for_256_repeats_a_width_in_the_middle() -> None:
    """A block of 8 to 8 units, where the design has a second one of 16 to 16."""
    published = built_parts("generator", 256)
    found = kernels(designed_shapes(nearest_design(256), "generator"))
    wanted = kernels(published["blocks"] + published["end"] + published["attention"])
    eight, sixteen = 8 * UNIT, 16 * UNIT
    assert wanted - found == block_kernels(eight)
    assert found - wanted == block_kernels(sixteen)


@pytest.mark.parametrize("side", [128, 256])
def test_tables_by_label_are_those_without_shared_vectors(side: int) -> None:
    """``ccbn`` then looks gain and bias up (``which_embedding``), for both norms of each block."""
    widths = [UNIT * units for units in GENERATOR_UNITS[side]]
    norms = [width for pair in pairwise(widths) for width in pair]
    published = Counter((CLASSES, width) for width in norms for _ in ("gain", "bias"))
    conditional = nearest_design(side, normalization="conditional_batch")
    plain = nearest_design(side)
    found, others = (designed_shapes(each, "generator") for each in (conditional, plain))
    tables = Counter({shape: count for shape, count in found.items() if shape[0] == CLASSES})
    if side == 128:
        assert tables == published
    assert sum(tables.values()) == 4 * (len(widths) - 1)
    stem = 16 * 16 * UNIT
    assert found[(stem, 120)] == others[(stem, 2 * 120)] == 1
    assert found[(UNIT,)] == others[(UNIT,)] - 2  # the plain norm before the picture remains


def block_kernels(channels: int) -> Shapes:
    """Of a generator's block that keeps its channels."""
    three, one = (channels, channels, 3, 3), (channels, channels, 1, 1)
    return Counter([three, three, one])


@pytest.mark.parametrize("side", [128, 256])
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_attention_is_the_published_one(role: str, side: int) -> None:
    """Map, shapes and number of parameters."""
    published = built_parts(role, side)["attention"]
    network = nearest_design(side).gan.networks[role]
    (layer,) = (placed for placed in network.main if getattr(placed, "parts", ()))
    assert layer.before.size == (64, 64)
    count = sum(torch.Size(shape).numel() * times for shape, times in published.items())
    assert sum(placed.module.parameters for placed in layer.modules) == count
    shapes = {name: tensor_shapes(part) for name, part in _attention_of(role, side)}
    found = sum(shapes.values(), Counter[tuple[int, ...]]())
    assert found - published == Counter([(1,)])
    assert published - found == Counter([()])


def _attention_of(role: str, side: int) -> list[tuple[str, nn.Module]]:
    """The attention of the built network."""
    module: Any = module_of(nearest_design(side).gan)
    module.spectral_norm = lambda layer: layer
    with torch.device("meta"):
        built = getattr(module, role.capitalize())()
    return [(n, part) for n, part in built.named_modules() if type(part).__name__ == "Attention"]


def test_the_discriminator_for_128_differs_in_hidden_channels() -> None:
    """Each widening block has the second convolution at the wider channels: (out, out), not (in, in)."""
    published = built_parts("discriminator", 128)
    found = designed_shapes(nearest_design(128), "discriminator")
    widening = [(UNIT << level, UNIT << level + 1) for level in range(4)]
    more = Counter((after, after, 3, 3) for _, after in widening)
    fewer = Counter((before, before, 3, 3) for before, _ in widening)
    same = published["blocks"] + published["attention"]
    assert kernels(same) - kernels(found) == more - fewer
    assert kernels(found) - kernels(same) == fewer - more
    biases = Counter((after,) for _, after in widening) - Counter((b,) for b, _ in widening)
    assert published["blocks"] - found == (more - fewer) + biases
    assert published["head"] + published["embedding"] <= found


def test_the_discriminator_for_256_widens_one_block_later() -> None:
    """Its shortcuts show the widths: 8 to 8 units, where the design already has 8 to 16."""
    parts = built_parts("discriminator", 256)
    published = parts["blocks"] + parts["attention"]
    found = designed_shapes(nearest_design(256), "discriminator")
    points = [
        Counter({shape: count for shape, count in kernels(each).items() if shape[2] == 1})
        for each in (published, found)
    ]
    assert points[0] - points[1] == Counter([(8 * UNIT, 8 * UNIT, 1, 1)])
    assert points[1] - points[0] == Counter([(16 * UNIT, 16 * UNIT, 1, 1)])


@pytest.mark.parametrize(("role", "share"), [("generator", 0.99), ("discriminator", 0.75)])
def test_most_parameters_of_the_blocks_for_128_are_the_published_ones(
    role: str, share: float
) -> None:
    """Of the blocks' parameters in the design and in the source, the smaller over the larger number."""
    published = built_parts(role, 128)["blocks"]
    found = nearest_design(128).gan.networks[role]
    inside = sum(
        placed.module.parameters
        for entry in found.main
        for placed in entry.modules
        if isinstance(entry, PlacedPaths) and placed.module.role != "norm"
    )
    counts = sorted(
        [inside, sum(torch.Size(shape).numel() * count for shape, count in published.items())]
    )
    assert counts[0] / counts[1] > share
