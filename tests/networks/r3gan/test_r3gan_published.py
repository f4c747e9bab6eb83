"""R3GAN's published presets and the design of one brief each.

Equal are the numbers of parameters, the shapes of all tensors and, with the same weights, the outputs. Two
tensors stand in another place or another way, which changes no number:

- The biases of a block belong to its two activations there, and to the convolutions before these here.
- A label is a one-hot vector there, which a linear map without bias embeds; here it is looked up in a table,
  the transpose of that map's weight.

Nothing else differs. The groups of a preset are listed stage by stage there (96 for 768 or 1536 channels, and in
proportion below); here they follow from a width of 16 or 32 channels.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from designer import Design, design
from tests.networks.network_factory import module_of
from tests.networks.r3gan.published_r3gan import PRESETS, Preset, enlarge, shrink

pytestmark = pytest.mark.torch

ROLES = ("generator", "discriminator")
CASES = [(name, role) for name in PRESETS for role in ROLES]
Shapes = Counter[tuple[int, ...]]


def designed(preset: Preset, divisor: int = 1, classes: int | None = None) -> Design:
    """The design of a preset's brief, perhaps with fewer channels or other classes."""
    brief: dict[str, Any] = {
        name: value // divisor if name.endswith("_channels") else value
        for name, value in preset.brief.items()
    }
    labels = (preset.classes if classes is None else classes) or None
    return design(
        preset.side,
        architecture="r3gan",
        latent_dim=64,
        classes=labels,
        verify="none",
        **brief,
    )


def built(found: Design, role: str) -> nn.Module:
    """A network as torch builds it."""
    network: nn.Module = getattr(module_of(found.gan), role.capitalize())()
    return network


def tensor_shapes(tensors: list[nn.Parameter]) -> Shapes:
    """How many tensors of each shape there are."""
    return Counter(tuple(tensor.shape) for tensor in tensors)


def with_table(shapes: Shapes, preset: Preset, role: str) -> Shapes:
    """The shapes with the label map's weight transposed to a table."""
    if not preset.classes:
        return shapes
    width = 64 if role == "generator" else preset.widths[0]
    moved = shapes.copy()
    moved[width, preset.classes] -= 1
    moved[preset.classes, width] += 1
    return +moved


@pytest.mark.parametrize(("name", "role"), CASES)
def test_parameters_and_shapes_are_the_published_ones(name: str, role: str) -> None:
    """Of all tensors, as multisets, but for the transposed table of labels."""
    preset, found = PRESETS[name], designed(PRESETS[name])
    with torch.device("meta"):
        published = preset.build(role)
        network = built(found, role)
    assert tensor_shapes(published.tensors()) == tensor_shapes([*published.parameters()])
    count = sum(tensor.numel() for tensor in published.parameters())
    assert count == preset.parameters[ROLES.index(role)]
    assert found.gan.networks[role].parameters == count
    expected = with_table(tensor_shapes(published.tensors()), preset, role)
    assert tensor_shapes([*network.parameters()]) == expected
    assert (expected == tensor_shapes(published.tensors())) == (not preset.classes)


@pytest.mark.parametrize("name", PRESETS)
def test_the_published_modules_make_and_read_pictures_of_their_size(name: str) -> None:
    """So the plain modules are networks for these pictures, and the designs have the same maps."""
    preset, found = PRESETS[name], designed(PRESETS[name])
    with torch.device("meta"):
        labels = [torch.empty(2, preset.classes)] if preset.classes else []
        image = preset.build("generator")(torch.empty(2, 64), *labels)
        assert image.shape == (2, 3, preset.side, preset.side)
        assert preset.build("discriminator")(image, *labels).shape == (2,)
    sizes = [4 << step for step in range(len(preset.widths))]
    assert [size[0] for size in found.chain.sizes] == sizes
    depth = len(preset.widths) - 1
    assert [found.gan.widths.channels_at(depth - stage) for stage in range(depth + 1)] == [
        *preset.widths
    ]


@pytest.mark.parametrize(("name", "role"), CASES)
def test_with_the_same_weights_the_outputs_are_the_published_ones(name: str, role: str) -> None:
    """With a twelfth of the channels, on six samples with labels permuted and repeated."""
    torch.manual_seed(0)
    preset, divisor = PRESETS[name], 12
    classes = 5 if preset.classes else 0
    network = built(designed(preset, divisor, classes), role).double()
    published = preset.build(role, divisor, classes).double()
    with torch.no_grad():
        for given, taking in zip(network.parameters(), published.tensors(), strict=True):
            given.normal_(0, 0.5 if given.dim() == 1 else (1 / given[0].numel()) ** 0.5)
            taking.copy_(given if given.shape == taking.shape else given.T)
        side = preset.side
        value = torch.randn(6, *((64,) if role == "generator" else (3, side, side))).double()
        labels = torch.tensor([4, 0, 4, 2, 1, 3])
        own = [labels] if classes else []
        one_hot = [functional.one_hot(each, classes).double() for each in own]
        shaped = value[:, :, None, None] if role == "generator" else value
        outputs = network(shaped, *own), published(value, *one_hot)
    assert outputs[0].std() > 0
    torch.testing.assert_close(*outputs)


def test_the_published_resamplers_are_transposed_convolutions_with_a_filter_of_four() -> None:
    """[1, 3, 3, 1]⊗[1, 3, 3, 1] at stride 2 and padding 1: what every design for a doubling has."""
    torch.manual_seed(0)
    row = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64)
    kernel, value = torch.outer(row, row)[None, None], torch.randn(2, 1, 6, 10).double()
    larger = functional.conv_transpose2d(value, kernel / 16, stride=2, padding=1)
    torch.testing.assert_close(enlarge(value), larger)
    smaller = functional.conv2d(value, kernel / 64, stride=2, padding=1)
    torch.testing.assert_close(shrink(value), smaller)
    layers = [
        m
        for m in built(designed(PRESETS["FFHQ-64"], 12), "generator").main
        if "Up" in type(m).__name__
    ]
    assert len(layers) == 4
    for layer in layers:
        torch.testing.assert_close(layer.kernel.double(), kernel[0, 0] / 16)
