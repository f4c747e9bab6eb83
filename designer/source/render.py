"""A Gan as Python source: one self-contained module that imports only torch.

Deterministic: the same Gan gives the same bytes. No user text enters the source: names come from
this package and numbers from checked values.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan
from designer.source.helper_classes import render_helpers
from designer.source.network_classes import (
    SAMPLE_NOUNS,
    render_discriminator,
    render_encoder,
    render_generator,
)
from designer.source.python_source import PythonSource
from designer.source.weights_init import render_weights_init


def render_source(gan: Gan) -> PythonSource:
    """The module with ``Generator``, the Gan's other networks, and ``weights_init``."""
    return PythonSource(text="\n\n\n".join(_parts(gan)) + "\n")


def _parts(gan: Gan) -> Iterator[str]:
    yield _header(gan)
    yield from render_helpers(gan)
    yield render_generator(gan)
    if gan.discriminator is not None:
        yield render_discriminator(gan, gan.discriminator, gan.discriminator_widths)
    if gan.encoder is not None:
        yield render_encoder(gan, gan.encoder)
    yield render_weights_init(gan)


def _header(gan: Gan) -> str:
    picture, start = gan.generator.output_map, gan.generator.input_map
    first, *others = [network.class_name for network in gan.networks.values()]
    *middle, last = [first, *(name.lower() for name in others)]
    listed = f"{', '.join(middle)} and {last}" if middle else last
    origin = (
        f"from maps of {start}"
        if gan.widths.latent_dim is None
        else f"from a latent vector of length {gan.widths.latent_dim}"
    )
    spectral = any(module.spectral for module in gan.modules)
    imports = ["import torch", "from torch import nn", *(_SPECTRAL if spectral else [])]
    return f'''\
"""{listed} for {picture} {SAMPLE_NOUNS[gan.chain.axes]} {origin}.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

''' + "\n".join(imports)


_SPECTRAL = [
    "from torch.nn.utils.parametrizations import spectral_norm",
    "from torch.nn.utils.parametrize import ParametrizationList, is_parametrized",
]
