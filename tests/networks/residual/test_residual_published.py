"""The residual networks of published GANs and the designs of one brief each.

Equal are the parameters, the shapes of all tensors and, with the same weights, the outputs, with these
exceptions, which change no shape:

- The published discriminators for 48 and 64 halve once more than their generators double (to 3×3 and
  2×2). A design's discriminator goes back along the chain of its generator, so the level beyond the
  chain keeps 6×6 and 4×4, and sums over them.
- pfnet's head for 32×32 has no bias (``nobias=True``); the design's has one, as mimicry's and as pfnet's
  own heads for 64 and 128.
- mimicry resizes bilinearly in its generators; a design repeats pixels, as pfnet does.
- ``n_classes > 0`` gives pfnet's generators class-conditional batch norm in all blocks, and a plain one
  before the picture: ``normalization: conditional_batch``. Its ε is 2e-5, a design's 1e-5. Its
  discriminators then have a projection, whose shapes a design with ``classes`` has.
- pfnet's generator for 256×256 repeats a width in the middle (8·64 twice), and its ``resnet_small.py`` also
  4·64: a design's widths double up to a cap and are not stated level by level.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from torch import nn

from designer import Design, design
from tests.networks.network_factory import module_of
from tests.networks.residual.published_resnets import PUBLISHED_PAIRS, PublishedPair

pytestmark = pytest.mark.torch

ROLES = ("generator", "discriminator")
CASES = [(name, role) for name in PUBLISHED_PAIRS for role in ROLES]
SAME_FUNCTION = {
    "generator": ["pfnet 32", "pfnet 64", "pfnet 128"],
    "discriminator": ["pfnet 32", "mimicry 32", "pfnet 128", "mimicry 128"],
}
"""Where the arithmetic is the same too: the resizing, or the number of halvings."""


def designed(pair: PublishedPair, divisor: int = 1, **more: object) -> Design:
    """The design of a pair's brief, perhaps with fewer channels."""

    def narrower(options: dict[str, object]) -> dict[str, object]:
        return {
            name: value // divisor if name.endswith("_channels") else value  # type: ignore[operator]
            for name, value in options.items()
        }

    options = narrower(pair.brief)
    options["discriminator"] = narrower(pair.brief["discriminator"])
    size = options.pop("resolution")
    fixed = {"architecture": "resnet", "upsampling": "resize", "latent_dim": 128, "blocks": 1}
    return design(size, **fixed, **options, verify="none", **more)  # type: ignore[arg-type]


def tensor_shapes(network: nn.Module) -> Counter[tuple[int, ...]]:
    """How many trainable tensors of each shape a network has."""
    return Counter(tuple(tensor.shape) for tensor in network.parameters())


def designed_shapes(found: Design, role: str) -> Counter[tuple[int, ...]]:
    """The same of a network of a design, as torch builds it; without spectral norm, which is slow to build."""
    module: Any = module_of(found.gan)
    module.spectral_norm = lambda layer: layer
    with torch.device("meta"):
        return tensor_shapes(getattr(module, role.capitalize())())


@pytest.mark.parametrize(("name", "role"), CASES)
def test_parameters_and_shapes_are_the_published_ones(name: str, role: str) -> None:
    """Of all tensors, as multisets."""
    pair = PUBLISHED_PAIRS[name]
    with torch.device("meta"):
        published = pair.build(role)
    count = sum(tensor.numel() for tensor in published.parameters())
    missing = Counter(pair.missing.get(role, []))
    found = designed(pair)
    assert count == pair.parameters[ROLES.index(role)]
    assert found.gan.networks[role].parameters == count + sum(missing.values())
    assert designed_shapes(found, role) == tensor_shapes(published) + missing


@pytest.mark.parametrize("name", PUBLISHED_PAIRS)
def test_the_published_modules_make_and_read_pictures_of_their_size(name: str) -> None:
    """So the plain modules are networks for these pictures, and the designs have the same maps."""
    pair, found = PUBLISHED_PAIRS[name], designed(PUBLISHED_PAIRS[name])
    side = pair.brief["resolution"]
    with torch.device("meta"):
        image = pair.build("generator")(torch.empty(2, 128))
        assert image.shape == (2, 3, side, side)
        assert pair.build("discriminator")(image).shape == (2,)
    sizes = [pair.side << step for step in range(len(pair.generator))]
    assert [size[0] for size in found.chain.sizes] == sizes


WEIGHTED = (nn.Linear, nn.Conv2d, nn.BatchNorm2d)


def weighted_modules(network: nn.Module) -> list[nn.Module]:
    """The modules with weights, in order of execution."""
    return [module for module in network.modules() if isinstance(module, WEIGHTED)]


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Give a published network the weights that a design computes with, divided by spectral norm."""
    pairs = zip(weighted_modules(source), weighted_modules(target), strict=True)
    with torch.no_grad():
        for given, taking in pairs:
            for name in ("weight", "bias", "running_mean", "running_var"):
                tensor, value = getattr(taking, name, None), getattr(given, name, None)
                if tensor is not None:
                    assert value is not None
                    tensor.copy_(value)


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for role in ROLES for name in SAME_FUNCTION[role]]
)
def test_with_the_same_weights_the_outputs_are_the_published_ones(name: str, role: str) -> None:
    """With an eighth of the channels, in evaluation."""
    torch.manual_seed(0)
    pair, found = PUBLISHED_PAIRS[name], designed(PUBLISHED_PAIRS[name], divisor=8)
    network, published = getattr(found, role)().double().eval(), pair.build(role, 8).double().eval()
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(0.1, 0.5) if tensor.dim() < 2 else tensor.data.normal_(0, 0.1)
    if not pair.head_bias and role == "discriminator":
        nn.init.zeros_(weighted_modules(network)[-1].bias)  # type: ignore[arg-type]
    copy_weights(network, published)
    side = pair.brief["resolution"]
    with torch.no_grad():
        if role == "generator":
            latent = torch.randn(2, 128, dtype=torch.float64)
            outputs = network(latent[:, :, None, None]), published(latent)
        else:
            image = torch.randn(2, 3, side, side, dtype=torch.float64)
            outputs = network(image), published(image)
    assert outputs[0].std() > 0
    torch.testing.assert_close(*outputs)


CONDITIONAL = {
    "pfnet 32": (10, 4_304_387),
    "pfnet 64": (1000, 17_974_915),
    "pfnet 128": (1000, 41_996_931),
}
"""Classes of CIFAR-10 and ImageNet, and the parameters of the conditional generators."""


@pytest.mark.parametrize("name", CONDITIONAL)
def test_conditional_norms_are_the_published_ones(name: str) -> None:
    """Parameters and shapes of all tensors of pfnet's generators with ``n_classes``."""
    classes, parameters = CONDITIONAL[name]
    pair = PUBLISHED_PAIRS[name]
    with torch.device("meta"):
        published = pair.build("generator", classes=classes)
    found = designed(pair, classes=classes, normalization="conditional_batch")
    assert sum(tensor.numel() for tensor in published.parameters()) == parameters
    assert found.gan.generator.parameters == parameters
    assert designed_shapes(found, "generator") == tensor_shapes(published)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_with_the_same_tables_the_pictures_are_the_published_ones(name: str) -> None:
    """With an eighth of the channels, in evaluation, of labels permuted and repeated."""
    torch.manual_seed(0)
    pair = PUBLISHED_PAIRS[name]
    found = designed(pair, divisor=8, classes=5, normalization="conditional_batch")
    network = found.generator().double().eval()
    published = pair.build("generator", 8, classes=5).double().eval()
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(0.1, 0.5) if tensor.dim() < 2 else tensor.data.normal_(0, 0.1)
    names = {"gammas": "gain.weight", "betas": "bias.weight"}
    names |= {f"running_{each}": f"norm.running_{each}" for each in ("mean", "var")}
    norms = [m for m in network.modules() if type(m).__name__ == "ConditionalBatchNorm"]
    taking = [m for m in published.modules() if type(m).__name__ == "PublishedConditionalNorm"]
    for given, taken in zip(norms, taking, strict=True):
        state = given.state_dict()
        taken.load_state_dict({own: state[key] for own, key in names.items()})
    layers = [module for module in weighted_modules(network) if module.weight is not None]
    for module, copied in zip(layers, weighted_modules(published), strict=True):
        own = copied.state_dict()
        copied.load_state_dict({key: module.state_dict()[key] for key in own})
    latent, labels = torch.randn(6, 128, dtype=torch.float64), torch.tensor([4, 0, 4, 2, 1, 3])
    with torch.no_grad():
        pictures = network(latent[:, :, None, None], labels), published(latent, labels)
    assert pictures[0].std() > 0
    torch.testing.assert_close(*pictures)


@pytest.mark.parametrize("name", PUBLISHED_PAIRS)
def test_labels_of_the_discriminator_are_published_too(name: str) -> None:
    """Pfnet's ``l_y``: a vector for each class, as long as the features; the generator's norms differ."""
    pair = PUBLISHED_PAIRS[name]
    found = [
        designed_shapes(designed(pair, **more), "discriminator") for more in ({}, {"classes": 10})
    ]
    assert found[1] - found[0] == Counter([(10, pair.discriminator[-1])])
    assert found[0] - found[1] == Counter()
