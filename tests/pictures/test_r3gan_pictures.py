"""Pictures of R3GAN designs: what they say about each layer is what torch has."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from designer.pictures.design_pictures import draw_design
from designer.pipeline.design_html import design_html
from tests.pictures.test_residual_pictures import DESIGNS, made

pytestmark = pytest.mark.torch

NAMES = [name for name in DESIGNS if name.startswith("r3gan")]

SETTING = re.compile(r"(kernel_size|stride|padding|output_padding|groups) ([\d×]+)")

USUAL = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1}


def described(picture: str) -> dict[str, str]:
    """What the description of a picture says about each layer, by its name."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", picture, re.DOTALL)
    assert found is not None
    entries = [entry.strip() for entry in found[1].split(";")]
    return {entry.split(" ")[0]: entry for entry in entries}


def numbers(text: str, axes: int) -> dict[str, tuple[int, ...]]:
    """The settings of a description by name, one number for each axis; `groups` is a number alone."""
    found: dict[str, tuple[int, ...]] = {}
    for name, value in SETTING.findall(text):
        sides = tuple(map(int, value.split("×")))
        found[name] = sides if len(sides) == axes or name == "groups" else sides * axes
    return found


@pytest.mark.parametrize("name", NAMES)
def test_captions_have_the_settings_of_torch(name: str) -> None:
    """Of every convolution and of every fixed filter: kernel, stride, paddings and groups."""
    design = made(name)
    axes = len(design.gan.chain.target)
    checked = set()
    for role, module in (
        ("generator", design.generator()),
        ("discriminator", design.discriminator()),
    ):
        said = described(draw_design(design.gan)[f"{role}.svg"])
        for path, layer in module.named_modules():
            kernel = getattr(layer, "kernel", getattr(layer, "weight", None))
            if not hasattr(layer, "stride") or path.endswith("shortcut"):
                continue
            assert isinstance(kernel, torch.Tensor)
            wanted = {"kernel_size": tuple(kernel.shape[-axes:])}
            for field, usual in USUAL.items():
                value = getattr(layer, field, usual)
                sides = value if isinstance(value, tuple) else (value,)
                if {*sides} != {usual}:
                    wanted[field] = sides
            assert numbers(said[path], axes) == wanted, path
            checked.add(type(layer).__name__)
    assert checked == {f"Conv{axes}d", "InterpolatingUpsample", "InterpolatingDownsample"}


@pytest.mark.parametrize("name", NAMES)
def test_fixed_filters_add_up_to_one_away_from_the_border(name: str) -> None:
    """As the picture of the overlap says, where torch enlarges a map of ones."""
    design = made(name)
    picture = draw_design(design.gan)["overlap.svg"]
    assert "away from the border, the weights at each position add up to one" in picture
    assert "Discriminator: gradient per pixel" in picture
    for layer in design.generator().modules():
        if type(layer).__name__ != "InterpolatingUpsample":
            continue
        axes = layer.kernel.ndim
        larger = layer(torch.ones(1, 2, *(3 * side for side in layer.kernel.shape)))
        inside = [slice(side, -side) for side in layer.kernel.shape]
        middle = larger[(slice(None), slice(None), *inside)]
        assert middle.numel() >= 2**axes
        assert torch.allclose(middle, torch.ones(()), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_last_map_of_a_discriminator_is_its_output(name: str) -> None:
    """With classes, the inner product of the head's numbers with the vector of the label."""
    design = made(name)
    *_, before, last = described(draw_design(design.gan)["discriminator.svg"]).values()
    modules = design.discriminator().named_modules()
    *_, head = (path for path, layer in modules if isinstance(layer, nn.Linear))
    if design.brief.classes is None:
        assert last.startswith(f"{head} Linear: 1×1")
    else:
        assert before.startswith(f"{head} Linear: ")
        assert last.startswith("inner product, with embedding: 1×1")


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_notebook_has_every_module_of_torch(name: str) -> None:
    """With its class and its parameters, in the order of both networks."""
    design = made(name)
    html = design_html(design.gan, title="R3GAN", verdict="not run")
    cells = re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td>.*?<td[^>]*>([\d,]+)</td></tr>", html)
    leaves = [
        (path, type(layer).__name__, f"{sum(each.numel() for each in layer.parameters()):,}")
        for module in (design.generator(), design.discriminator())
        for path, layer in module.named_modules()
        if not [*layer.children()]
    ]
    assert sorted(cells) == sorted(leaves)
