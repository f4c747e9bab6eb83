"""The design for 64×64 with latent_dim 100 equals PyTorch's reference DCGAN, layer by layer."""

from __future__ import annotations

import types

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.networks import Gan, assemble_gan
from designer.source import render_source

pytestmark = pytest.mark.torch

DCGAN_WIDTHS = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
STEP = (Window(kernel_size=4, stride=2, padding=1),) * 2


def dcgan() -> Gan:
    """The DCGAN for 64×64."""
    return assemble_gan(Chain.leading_to((64, 64), (STEP,) * 4), DCGAN_WIDTHS)


def module_of(text: str) -> types.ModuleType:
    """A rendered source, executed as a module."""
    module = types.ModuleType("model")
    exec(compile(text, "model.py", "exec"), module.__dict__)
    return module


def reference_generator() -> nn.Sequential:
    """The reference's generator, written out by hand (nz 100, ngf 64, nc 3)."""
    return nn.Sequential(
        nn.ConvTranspose2d(100, 64 * 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(64 * 8),
        nn.ReLU(True),
        nn.ConvTranspose2d(64 * 8, 64 * 4, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64 * 4),
        nn.ReLU(True),
        nn.ConvTranspose2d(64 * 4, 64 * 2, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64 * 2),
        nn.ReLU(True),
        nn.ConvTranspose2d(64 * 2, 64, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(True),
        nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def reference_discriminator() -> nn.Sequential:
    """The reference's discriminator, written out by hand (ndf 64, nc 3)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 64 * 2, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64 * 2),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64 * 2, 64 * 4, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64 * 4),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64 * 4, 64 * 8, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64 * 8),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64 * 8, 1, 4, 1, 0, bias=False),
        nn.Sigmoid(),
    )


def reference_weights_init(module: nn.Module) -> None:
    """The reference's initialization, written out by hand."""
    name = module.__class__.__name__
    if "Conv" in name:
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif "BatchNorm" in name:
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


class Reference(nn.Module):
    """The reference wraps its Sequential in ``main``, so its keys are main.0.weight and so on."""

    def __init__(self, main: nn.Sequential) -> None:
        super().__init__()
        self.main = main


PAIRS = [("Generator", reference_generator), ("Discriminator", reference_discriminator)]


@pytest.mark.parametrize(("name", "reference"), PAIRS)
def test_the_references_weights_load_and_give_the_same_outputs(
    name: str, reference: type[nn.Sequential]
) -> None:
    """The reference's state dict loads strictly; outputs are bitwise equal in both modes."""
    torch.manual_seed(1)
    reference_network = Reference(reference()).apply(reference_weights_init)
    generated_network = getattr(module_of(render_source(dcgan()).text), name)()
    generated_network.load_state_dict(reference_network.state_dict(), strict=True)
    shape = (2, 100, 1, 1) if name == "Generator" else (2, 3, 64, 64)
    given = torch.randn(shape)
    for training in (True, False):
        generated_network.train(training)
        reference_network.train(training)
        wanted = reference_network.main(given)
        got = generated_network(given)
        assert torch.equal(got, wanted if name == "Generator" else wanted.flatten())


@pytest.mark.parametrize(("name", "reference"), PAIRS)
def test_layers_and_their_settings_are_the_references(
    name: str, reference: type[nn.Sequential]
) -> None:
    """The modules, their order and their settings are the same."""
    generated_network = getattr(module_of(render_source(dcgan()).text), name)()
    assert [repr(module) for module in generated_network.main] == [
        repr(module) for module in reference()
    ]


@pytest.mark.parametrize(("name", "reference"), PAIRS)
def test_initialization_draws_the_references_numbers(
    name: str, reference: type[nn.Sequential]
) -> None:
    """With the same seed ``weights_init`` draws the same weights in the same order."""
    module = module_of(render_source(dcgan()).text)
    torch.manual_seed(7)
    reference_network = Reference(reference()).apply(reference_weights_init).state_dict()
    torch.manual_seed(7)
    generated_network = getattr(module, name)().apply(module.weights_init).state_dict()
    assert generated_network.keys() == reference_network.keys()
    assert all(
        torch.equal(generated_network[key], reference_network[key]) for key in reference_network
    )


def test_parameters_and_multiply_adds_are_the_published_ones() -> None:
    """Parameters as torch counts them; multiply-adds are half of FlopCounterMode's count."""
    gan = dcgan()
    assert gan.generator.parameters == 3_576_704
    assert gan.discriminator.parameters == 2_765_568
    assert gan.generator.multiply_adds == 104_628_224
    for network, reference in (
        (gan.generator, reference_generator()),
        (gan.discriminator, reference_discriminator()),
    ):
        assert sum(p.numel() for p in reference.parameters()) == network.parameters
        with FlopCounterMode(display=False) as counter:
            reference.eval()(torch.zeros(1, *network.input_map.shape))
        assert counter.get_total_flops() == 2 * network.multiply_adds
