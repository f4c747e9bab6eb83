"""A Gan as Python source: one self-contained module that imports only torch.

Deterministic: the same Gan gives the same bytes. No user text enters the source: names come from
this package and numbers from checked values.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.layers import format_size
from designer.networks import Gan
from designer.networks.decoder_sizes import chain_growth, first_legal_side, holds_at_every_size
from designer.networks.design_warnings import design_warnings
from designer.networks.unet_sizes import takes_any_size
from designer.source.architecture_parts import architecture_parts
from designer.source.autoencoder import VARIATIONAL_LOSS, render_autoencoder
from designer.source.class_texts import SAMPLE_NOUNS
from designer.source.helper_classes import render_helpers
from designer.source.network_classes import (
    render_discriminator,
    render_encoder,
    render_generator,
)
from designer.source.python_source import PythonSource


def render_source(gan: Gan) -> PythonSource:
    """The module with ``Generator``, the Gan's other networks, and ``weights_init``."""
    return PythonSource(text="\n\n\n".join(_parts(gan)) + "\n")


def _parts(gan: Gan) -> Iterator[str]:
    yield _header(gan)
    yield from render_helpers(gan)
    parts = architecture_parts(gan)
    yield from parts.blocks(gan)
    yield (parts.generator or render_generator)(gan)
    if gan.discriminator is not None:
        yield render_discriminator(gan, gan.discriminator, gan.discriminator_widths)
    if gan.encoder is not None:
        yield render_encoder(gan, gan.encoder)
    if gan.variational:
        yield render_autoencoder(gan)
        yield VARIATIONAL_LOSS
    yield from parts.weights(gan)


def _header(gan: Gan) -> str:
    picture, start = gan.generator.output_map, gan.generator.input_map
    first, *others = [network.class_name for network in gan.networks.values()]
    *middle, last = [first, *(name.lower() for name in others)]
    listed = f"{', '.join(middle)} and {last}" if middle else last
    origin = (
        f"from {SAMPLE_NOUNS[gan.chain.axes] if gan.widths.joins_arms else 'maps'} of {start}"
        if gan.widths.latent_dim is None
        else f"from a latent vector of length {gan.widths.latent_dim}"
    )
    spectral = any(module.spectral for module in gan.modules)
    tested = "" if gan.draws_by_fan_in else ", is_parametrized"
    imports = [
        "import torch",
        "from torch import nn",
        *([each.format(tested=tested) for each in _SPECTRAL] if spectral else []),
    ]
    sizes = _sizes_text(gan)
    warned = "".join(f"\nWarning: {each.sentence}\n" for each in design_warnings(gan))
    return f'''\
"""{listed} for {picture} {SAMPLE_NOUNS[gan.chain.axes]} {origin}.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
{sizes}{warned}"""

''' + "\n".join(imports)


def _sizes_text(gan: Gan) -> str:
    """What a decoder makes of maps of other sizes than the one that its lines show."""
    if takes_any_size(gan):
        shown = format_size(gan.generator.input_map.size)
        return (
            f"\nThe network takes inputs of any size that it states; {shown} is the size shown.\n"
        )
    if not holds_at_every_size(gan):
        return ""
    factor, first = format_size(chain_growth(gan.chain).factor), first_legal_side(gan)
    shown = format_size(gan.chain.initial_size)
    return f"\nThe generator multiplies every size of a map from {first} on by {factor}; {shown} is the size shown.\n"


_SPECTRAL = [
    "from torch.nn.utils.parametrizations import spectral_norm",
    "from torch.nn.utils.parametrize import ParametrizationList{tested}",
]
