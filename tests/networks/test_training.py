"""Twenty adversarial steps on small real pictures: finite losses and gradients, changed weights."""

from __future__ import annotations

import types

import pytest
import torch
from sklearn.datasets import load_digits  # type: ignore[import-untyped]
from torch import nn
from torch.nn import functional

from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from tests.networks.network_factory import PLAIN, make_gan, module_of

pytestmark = [pytest.mark.torch, pytest.mark.slow]

STEPS, BATCH = 20, 16


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Handwritten digits as pictures of 16×16 in [-1, 1], and their labels."""
    pictures, labels = load_digits(return_X_y=True)
    small = torch.tensor(pictures, dtype=torch.float32).reshape(-1, 1, 8, 8) / 8 - 1
    return functional.interpolate(small, size=(16, 16), mode="bilinear"), torch.tensor(labels)


def has_finite_gradients(network: nn.Module) -> bool:
    """Whether every weight has a finite gradient."""
    gradients = [weight.grad for weight in network.parameters()]
    return all(grad is not None and bool(grad.isfinite().all()) for grad in gradients)


def discriminator_loss(output: Output, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """The discriminator's loss for its kind of output."""
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    if output is Output.PROBABILITY:
        return functional.binary_cross_entropy(real, ones) + functional.binary_cross_entropy(
            fake, zeros
        )
    if output is Output.LOGIT:
        return functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()
    return fake.mean() - real.mean()


def gradient_penalty(
    discriminator: nn.Module, real: torch.Tensor, fake: torch.Tensor, labels: list[torch.Tensor]
) -> torch.Tensor:
    """Mean squared distance of the gradient norm from 1, between real and generated pictures."""
    share = torch.rand(len(real), 1, 1, 1)
    between = (share * real + (1 - share) * fake).detach().requires_grad_()
    score = discriminator(between, *labels).sum()
    (gradient,) = torch.autograd.grad(score, between, create_graph=True)
    return ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()


def train(gan: Gan, module: types.ModuleType, output: Output) -> list[float]:
    """The losses of both networks over ``STEPS`` steps; asserts that all gradients are finite."""
    torch.manual_seed(0)
    generator = module.Generator().apply(module.weights_init)
    discriminator = module.Discriminator().apply(module.weights_init)
    adam = [
        torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999))
        for network in (generator, discriminator)
    ]
    pictures, digit = digits()
    seen = []
    for _ in range(STEPS):
        chosen = torch.randint(len(pictures), (BATCH,))
        real, labels = pictures[chosen], [digit[chosen]] if gan.widths.classes else []
        fake = generator(torch.randn(BATCH, *gan.generator.input_map.shape), *labels)
        loss = discriminator_loss(
            output, discriminator(real, *labels), discriminator(fake.detach(), *labels)
        )
        if output is Output.CRITIC:
            loss = loss + 10 * gradient_penalty(discriminator, real, fake, labels)
        adam[1].zero_grad()
        loss.backward()
        assert has_finite_gradients(discriminator)
        adam[1].step()
        judged = discriminator(fake, *labels)
        generator_loss = -judged.log().mean() if output is Output.PROBABILITY else -judged.mean()
        adam[0].zero_grad()
        generator_loss.backward()
        assert has_finite_gradients(generator)
        adam[0].step()
        seen += [loss.item(), generator_loss.item()]
    return seen


GANS = {
    "the DCGAN": (DiscriminatorStyle(), {}),
    "spectral norm": (
        DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT),
        {"upsampling": Upsampling.RESIZE},
    ),
    "labels": (DiscriminatorStyle(), {"classes": 10}),
    "spectral norm and labels": (
        DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT),
        {"classes": 10, "upsampling": Upsampling.SUBPIXEL},
    ),
    "a critic": (
        DiscriminatorStyle(normalization=Normalization.LAYER, output=Output.CRITIC),
        {"normalization": Normalization.LAYER},
    ),
    "a critic with instance norm and labels": (
        DiscriminatorStyle(normalization=Normalization.INSTANCE, output=Output.CRITIC),
        {"classes": 10, "normalization": Normalization.GROUP},
    ),
    "a patch critic": (
        DiscriminatorStyle(normalization=Normalization.NONE, output=Output.CRITIC, patch=10),
        {},
    ),
}


@pytest.mark.parametrize("name", GANS)
def test_losses_and_gradients_of_twenty_steps_are_finite(name: str) -> None:
    """Losses and gradients are finite, also with a gradient penalty, and the losses change."""
    style, widths = GANS[name]
    gan = make_gan((16, 16), PLAIN, PLAIN, style=style, channels=1, latent_dim=16, **widths)
    module = module_of(gan)
    seen = train(gan, module, style.output)
    assert all(torch.tensor(seen).isfinite())
    assert len(set(seen)) > STEPS


@pytest.mark.parametrize("normalization", [Normalization.LAYER, Normalization.INSTANCE])
def test_a_critics_score_of_one_sample_does_not_depend_on_the_others(
    normalization: Normalization,
) -> None:
    """A gradient penalty requires this; batch norm violates it."""
    scores = []
    for kind in (normalization, Normalization.BATCH):
        style = DiscriminatorStyle(normalization=kind, output=Output.LOGIT)
        discriminator = module_of(make_gan((16, 16), PLAIN, PLAIN, style=style)).Discriminator()
        torch.manual_seed(0)
        pictures = torch.randn(4, 3, 16, 16)
        alone, among = discriminator(pictures[:2])[0], discriminator(pictures)[0]
        scores.append(torch.allclose(alone, among, atol=1e-6))
    assert scores == [True, False]
