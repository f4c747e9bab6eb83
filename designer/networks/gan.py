"""The networks of a design, assembled from a chain, widths and the discriminator's options.

By default layers, order, widths and activations are those of DCGAN (Radford, Metz & Chintala,
"Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
arXiv:1511.06434) as in PyTorch's reference implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.brief.initialization import DCGAN_INITIALIZATIONS, Initializations
from designer.brief.options import DiscriminatorStyle, OutputActivation
from designer.brief.widths import Widths
from designer.errors import InvalidLayer
from designer.geometry.chain import Chain
from designer.geometry.layers import Size
from designer.geometry.modules.module import Module
from designer.networks.assemblies import ASSEMBLIES
from designer.networks.discriminator import assemble_encoder, discriminator_widths
from designer.networks.initialization import initialize_network, is_drawn_by_fan_in
from designer.networks.network import Network
from designer.reasons import make_reason
from designer.validation.json_readers import refuse_field

DCGAN_DISCRIMINATOR = DiscriminatorStyle()
"""Batch norm, a probability, one output for the whole picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gan:
    """A generator, optional discriminator and encoder, and the options that produced them.

    Raises:
        InvalidLayer: if the discriminator or the encoder does not accept the generator's output.
    """

    chain: Chain
    widths: Widths
    discriminator_style: DiscriminatorStyle | None
    output_activation: OutputActivation
    initializations: Initializations
    generator: Network
    discriminator: Network | None
    encoder: Network | None
    variational: bool = False
    """Whether the encoder gives the mean and the logarithm of the variance of a code."""

    input_size: Size | None = None
    """Size of an input that is padded to the target of the chain."""

    def __post_init__(self) -> None:
        generated_map = self.generator.output_map
        for network in (self.discriminator, self.encoder):
            if network is not None and network.input_map != generated_map:
                raise InvalidLayer(
                    "networks_differ",
                    {"network": make_reason(network.class_name.lower())},
                    generator=list(generated_map.shape),
                    other=list(network.input_map.shape),
                )

    @property
    def discriminator_widths(self) -> Widths:
        """The discriminator's widths."""
        return discriminator_widths(self.widths, self.discriminator_style)

    @property
    def is_residual(self) -> bool:
        """Whether its networks have residual blocks."""
        return self.generator.is_residual

    @property
    def discriminator_levels(self) -> tuple[int, ...]:
        """The blocks of each level of a residual discriminator, from the picture on."""
        levels = ASSEMBLIES[type(self.widths)].discriminator_levels
        assert levels is not None, "its networks are residual"
        assert self.discriminator_style is not None, "it has a discriminator"
        return levels(self.widths, self.discriminator_style, len(self.chain.windows))

    @property
    def networks(self) -> dict[str, Network]:
        """The networks that exist, by role, the generator first."""
        every = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "encoder": self.encoder,
        }
        return {role: network for role, network in every.items() if network is not None}

    @property
    def draws_by_fan_in(self) -> bool:
        """Whether a network is drawn by the fan-in of its layers; ``weights_init`` then draws all by network."""
        networks = self.networks.values()
        return any(is_drawn_by_fan_in(network, self.initializations) for network in networks)

    @property
    def modules(self) -> list[Module]:
        """The modules of all networks, in order."""
        return [p.module for network in self.networks.values() for p in network.placed_modules]


def assemble_gan(
    chain: Chain,
    widths: Widths,
    style: DiscriminatorStyle | None = DCGAN_DISCRIMINATOR,
    *,
    encoder: bool = False,
    variational: bool = False,
    output_activation: OutputActivation = OutputActivation.TANH,
    initializations: Initializations = DCGAN_INITIALIZATIONS,
    input_size: Size | None = None,
) -> Gan:
    """The networks whose generator follows ``chain`` at these widths; by default DCGAN.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> sizes = tuple((side, side) for side in (4, 8, 16, 32, 64))
    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> gan = assemble_gan(Chain(sizes=sizes, windows=(step,) * 4), widths)
    >>> gan.generator.parameters, gan.discriminator.parameters, gan.generator.multiply_adds
    (3576704, 2765568, 104628224)

    Raises:
        InvalidRequest: if a norm would have a single position to normalize over, or no patch
            discriminator has the requested receptive field.
    """
    gan = compose_gan(
        chain,
        widths,
        style,
        encoder=encoder,
        variational=variational,
        output_activation=output_activation,
        initializations=initializations,
        input_size=input_size,
    )
    pointers = {"discriminator": "/discriminator/normalization"}
    for role, network in gan.networks.items():
        _refuse_norms_of_one_position(network, pointers.get(role, "/normalization"))
    return gan


def compose_gan(
    chain: Chain,
    widths: Widths,
    style: DiscriminatorStyle | None,
    *,
    encoder: bool,
    variational: bool = False,
    output_activation: OutputActivation,
    initializations: Initializations,
    input_size: Size | None = None,
) -> Gan:
    """The networks of ``assemble_gan``, without its check of the norms.

    Raises:
        InvalidRequest: if no patch discriminator has the requested receptive field.
    """

    def initialized(network: Network) -> Network:
        return initialize_network(network, initializations)

    assembly = ASSEMBLIES[type(widths)]
    sized = {} if input_size is None else {"size": input_size}
    generator = assembly.generator(chain, widths, output_activation, **sized)
    discriminator = None
    if style is not None:
        assert assembly.discriminator is not None, "a brief with skips has none"
        own = discriminator_widths(widths, style)
        discriminator = assembly.discriminator(chain, own, style)

    return Gan(
        chain=chain,
        widths=widths,
        discriminator_style=style,
        output_activation=output_activation,
        initializations=initializations,
        generator=initialized(generator),
        discriminator=None if discriminator is None else initialized(discriminator),
        encoder=initialized(assemble_encoder(chain, widths, variational=variational))
        if encoder and not widths.joins_arms
        else None,
        variational=variational,
        input_size=input_size,
    )


def _refuse_norms_of_one_position(network: Network, pointer: str) -> None:
    """Refuse a norm over a single position: its output is always zero, and torch rejects it."""
    for placed in network.placed_modules:
        if placed.module.zero_on_one_position and prod(placed.before.size) == 1:
            refuse_field(
                pointer,
                "norm_of_one_position",
                {"network": make_reason(network.class_name.lower())},
                shape=list(placed.before.shape),
                normalization=placed.module.op,
            )
