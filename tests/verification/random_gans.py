"""Random Gans over all fields of a brief, without a search."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from designer.brief.architecture import Architecture
from designer.brief.initialization import Initialization, Initializations
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.errors import DesignerError
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from tests.plain_norms import PLAIN_NORMS

GENERATOR_NORMS = [kind for kind in PLAIN_NORMS if kind is not Normalization.SPECTRAL]


def random_gans(count: int, architecture: Architecture = Architecture.DCGAN) -> Iterator[Gan]:
    """The same Gans in every run; briefs without networks are drawn again."""
    rng = random.Random(0)
    found = 0
    while found < count:
        try:
            gan = _random_gan(rng, _BRIEFS[architecture])
        except DesignerError:
            continue
        found += 1
        yield gan


def _random_gan(rng: random.Random, draw: Callable[[random.Random, Chain], Brief]) -> Gan:
    """Networks along a random chain.

    Raises:
        DesignerError: if a window does not fit, or the options contradict each other.
    """
    axes = rng.randint(1, 3)
    sizes = [tuple(rng.randint(1, 6) for _ in range(axes))]
    windows = []
    for _ in range(rng.randint(1, 3)):
        one = _random_window(rng)
        step = rng.choice([(one,) * axes, tuple(_random_window(rng) for _ in range(axes))])
        sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
        windows.append(step)
    chain = Chain(sizes=tuple(sizes), windows=tuple(windows))
    return assemble_networks(draw(rng, chain), chain)


def _random_window(rng: random.Random) -> Window:
    stride = rng.randint(1, 3)
    kernel_size, dilation = rng.randint(stride, stride + 4), rng.choice([1, 1, 1, 2])
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        padding=rng.randint(0, dilation * (kernel_size - 1) // 2),
        output_padding=rng.randint(0, stride - 1),
    )


def _random_brief(rng: random.Random, chain: Chain) -> Brief:
    style = DiscriminatorStyle(
        normalization=rng.choice(PLAIN_NORMS),
        output=rng.choice(list(Output)),
        patch=rng.choice([None, rng.randint(3, 30)]),
        base_channels=rng.choice([None, rng.randint(1, 99)]),
    )
    initial_map = InitialMap(channels=rng.randint(1, 99), size=chain.initial_size)
    from_map = rng.random() < 0.3
    encoder = rng.random() < 0.3
    return Brief(
        resolution=chain.target,
        latent_dim=None if from_map else rng.randint(1, 200),
        initial_map=initial_map if from_map else None,
        classes=None if from_map else rng.choice([None, rng.randint(2, 99)]),
        channels=rng.randint(1, 4),
        base_channels=rng.randint(1, 200),
        max_channels=rng.randint(1, 999),
        upsampling=rng.choice(list(Upsampling)),
        normalization=rng.choice(GENERATOR_NORMS),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice([None, style, style]),
        encoder=encoder,
        variational=encoder and rng.random() < 0.6,
        windows=chain.windows,
        verify=Level.NONE,
        initialization=Initializations(
            generator=rng.choice([None, *Initialization]),
            discriminator=rng.choice([None, *Initialization]),
        ),
    )


def random_attention(rng: random.Random, chain: Chain) -> list[int] | None:
    """Some levels of a chain, or none; those whose positions would read a single one are left out."""
    maps = [*enumerate(chain.sizes)][1:-1]
    levels = [level for level, size in maps if max(size) > 3]
    return (
        rng.sample(levels, rng.randint(1, len(levels))) if levels and rng.random() < 0.6 else None
    )


def _residual_brief(rng: random.Random, chain: Chain) -> Brief:
    levels = len(chain.windows)
    classes = rng.choice([None, rng.randint(2, 99)])
    norms = [norm for norm in GENERATOR_NORMS if norm is not Normalization.NONE]
    if classes is not None:
        norms += [Normalization.CONDITIONAL_BATCH] * 2
    style = DiscriminatorStyle(
        normalization=rng.choice([norm for norm in PLAIN_NORMS if norm is not Normalization.NONE]),
        output=rng.choice([Output.LOGIT, Output.CRITIC]),
        blocks=rng.choice([None, 1, 2, tuple(rng.randint(1, 2) for _ in range(rng.randint(1, 5)))]),
    )
    return Brief(
        resolution=chain.target,
        latent_dim=rng.randint(1, 200),
        classes=classes,
        channels=rng.randint(1, 4),
        base_channels=rng.randint(1, 200),
        max_channels=rng.randint(1, 999),
        architecture=Architecture.RESNET,
        blocks=rng.choice([1, tuple(rng.randint(1, 2) for _ in range(levels))]),
        attention=random_attention(rng, chain),  # type: ignore[arg-type]
        upsampling=rng.choice(list(Upsampling)),
        normalization=rng.choice(norms),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice([None, style, style]),
        windows=chain.windows,
        verify=Level.NONE,
    )


def _r3gan_brief(rng: random.Random, chain: Chain) -> Brief:
    levels = len(chain.windows) + 1
    style = DiscriminatorStyle(
        normalization=Normalization.NONE,
        output=rng.choice([Output.LOGIT, Output.CRITIC]),
        blocks=rng.choice([None, 1, tuple(rng.randint(1, 2) for _ in range(levels))]),
    )
    return Brief(
        resolution=chain.target,
        latent_dim=rng.randint(1, 200),
        classes=rng.choice([None, rng.randint(2, 99)]),
        channels=rng.randint(1, 4),
        base_channels=rng.randint(1, 200),
        max_channels=rng.randint(1, 999),
        architecture=Architecture.R3GAN,
        blocks=rng.choice([1, 2, tuple(rng.randint(1, 2) for _ in range(levels))]),
        expansion=rng.randint(1, 3),
        group_width=rng.randint(1, 40),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice([None, style, style]),
        windows=chain.windows,
        verify=Level.NONE,
    )


_BRIEFS = {
    Architecture.DCGAN: _random_brief,
    Architecture.RESNET: _residual_brief,
    Architecture.R3GAN: _r3gan_brief,
}
"""A random brief for a chain, by architecture."""
