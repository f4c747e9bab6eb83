"""Random Gans over all fields of a brief, without a search."""

from __future__ import annotations

import random
from collections.abc import Iterator

from designer.brief.model import Brief, Level
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
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

GENERATOR_NORMS = [kind for kind in Normalization if kind is not Normalization.SPECTRAL]


def random_gans(count: int) -> Iterator[Gan]:
    """The same Gans in every run; briefs without networks are drawn again."""
    rng = random.Random(0)
    found = 0
    while found < count:
        try:
            gan = _random_gan(rng)
        except DesignerError:
            continue
        found += 1
        yield gan


def _random_gan(rng: random.Random) -> Gan:
    """Networks along a random chain.

    Raises:
        DesignerError: if a window does not fit, or the options contradict each other.
    """
    axes = rng.randint(1, 3)
    sizes = [tuple(rng.randint(2, 6) for _ in range(axes))]
    windows = []
    for _ in range(rng.randint(1, 3)):
        one = _random_window(rng)
        step = rng.choice([(one,) * axes, tuple(_random_window(rng) for _ in range(axes))])
        sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
        windows.append(step)
    chain = Chain(sizes=tuple(sizes), windows=tuple(windows))
    return assemble_networks(_random_brief(rng, chain), chain)


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
        normalization=rng.choice(list(Normalization)),
        output=rng.choice(list(Output)),
        patch=rng.choice([None, rng.randint(3, 30)]),
        base_channels=rng.choice([None, rng.randint(1, 99)]),
    )
    initial_map = InitialMap(channels=rng.randint(1, 99), size=chain.initial_size)
    from_map = rng.random() < 0.3
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
        encoder=rng.random() < 0.3,
        windows=chain.windows,
        verify=Level.NONE,
    )
