"""The network classes of a source: constructor, layers, forward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from designer.brief.options import Output
from designer.brief.widths import Widths
from designer.geometry.layers import FeatureMap, format_size
from designer.networks import Block, Gan, Network, PlacedModule
from designer.networks.decoder_sizes import chain_growth, holds_at_every_size
from designer.source.architecture_parts import architecture_parts
from designer.source.class_texts import (
    OUTPUT_RANGES,
    SAMPLE_NOUNS,
    SIDES,
    width_arguments,
)
from designer.source.layer_lines import render_block, render_line, render_module


def render_generator(gan: Gan) -> str:
    """The class ``Generator``."""
    network, widths, depth = gan.generator, gan.widths, len(gan.chain.windows)
    names = [_stem_channels(widths), *(_width(d) for d in range(depth, -1, -1))]
    own_lines = architecture_parts(gan).generator_lines
    lines = _block_lines(network, names)
    if own_lines is not None:
        lines = own_lines(gan, network, names[0])
    image = sample_shape(gan)
    return f'''\
class Generator(nn.Module):
    """{_start_text(gan)}{_labels_text(network, widths)} in, {SAMPLE_NOUNS[gan.chain.axes]} {image}{OUTPUT_RANGES[gan.output_activation]} out."""

    def __init__(self, {start_argument(widths)}, {width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_label_vectors(network)}{_main(lines, _container(network))}

{_generator_forward(network, widths)}'''


def render_discriminator(gan: Gan, network: Network, widths: Widths) -> str:
    """The class ``Discriminator``; ``widths`` are its own."""
    assert gan.discriminator_style is not None
    depth = len(network.blocks) - (network.projection is None)
    names = [*(_width(d) for d in range(depth + 1)), *(["1"] if network.projection is None else [])]
    image = _shape("channels", network.input_map)
    lines = _block_lines(network, names)
    parts = architecture_parts(gan)
    if parts.discriminator_lines is not None:
        lines = parts.discriminator_lines(gan, network)
        depth = len(gan.discriminator_levels) - 1
        names = [_width(depth + 1)]
    return f'''\
class Discriminator(nn.Module):
    """{SAMPLE_NOUNS[gan.chain.axes].capitalize()} {image}{_labels_text(network, widths)} in, {_output_text(gan, network)} out: for {parts.losses[gan.discriminator_style.output]}."""

    def __init__(self, {width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_main(lines)}{_projection_modules(network, names[-1])}

{_discriminator_forward(network, gan.discriminator_style.output)}'''


def render_encoder(gan: Gan, network: Network) -> str:
    """The class ``Encoder``, from pictures to the generator's input."""
    widths, depth = gan.widths, len(gan.chain.windows)
    given = "initial_channels" if widths.latent_dim is None else "latent_dim"
    code = f"2 * {given}" if gan.variational else given
    names = [*(_width(d) for d in range(depth + 1)), code]
    start = _start_text(gan)
    if gan.variational:
        start = f"means and log variances of {start[0].lower()}{start[1:]}, one after the other,"
    image = sample_shape(gan)
    return f'''\
class Encoder(nn.Module):
    """{SAMPLE_NOUNS[gan.chain.axes].capitalize()} {image} in, {start[0].lower()}{start[1:]} out."""

    def __init__(self, {start_argument(widths)}, {width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_main(_block_lines(network, names))}

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        code: torch.Tensor = self.main(image)
        return code'''


def _generator_forward(network: Network, widths: Widths) -> str:
    given = "features" if widths.latent_dim is None else "latent"
    if not network.takes_labels:
        return f"""\
    def forward(self, {given}: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main({given})
        return image"""
    if network.is_conditional:
        return """\
    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent, labels)
        return image"""
    return """\
    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        label = self.embedding(labels).view_as(latent)
        image: torch.Tensor = self.main(torch.cat((latent, label), dim=1))
        return image"""


def _discriminator_forward(network: Network, output: Output) -> str:
    name = _OUTPUT_NAMES[output]
    given = f"return {name}.flatten()" if network.flat else f"return {name}"
    if network.projection is None:
        return f"""\
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        {name}: torch.Tensor = self.main(image)
        {given}"""
    if not network.projection.added:
        return f"""\
    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.head(self.main(image))
        {name}: torch.Tensor = (features * self.embedding(labels)).sum(dim=1)
        return {name}"""
    axes = len(network.output_map.size)
    index = f"[:, :{', None' * axes}]" if axes else ""
    match = "(features * label).sum(dim=1, keepdim=True)"
    match = match if network.projection.pool is None else f"self.pool({match})"
    total = "real + match" if network.activation is None else "self.sigmoid(real + match)"
    return f"""\
    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.main(image)
        real = self.head(features)
        label = self.embedding(labels){index}
        match = {match}
        {name}: torch.Tensor = {total}
        {given}"""


_POSITION_NOUNS = {1: "samples", 2: "pixels", 3: "voxels"}

_OUTPUT_NAMES = {Output.PROBABILITY: "probability", Output.LOGIT: "logit", Output.CRITIC: "score"}

_OUTPUT_PHRASES = {
    Output.PROBABILITY: ("the probability", "that {} is real"),
    Output.LOGIT: ("the logit", "of {} being real"),
    Output.CRITIC: ("the score", "of {}, the higher the more real"),
}


def _output_text(gan: Gan, network: Network) -> str:
    assert gan.discriminator_style is not None
    what, of = _OUTPUT_PHRASES[gan.discriminator_style.output]
    field = gan.discriminator_style.patch
    if field is None:
        return f"{what} (N,) {of.format('each')}"
    patch = format_size([field] * gan.chain.axes)
    return f"{what} {_shape('1', network.output_map)} {of.format(f'each patch of {patch} {_POSITION_NOUNS[gan.chain.axes]}')}"


def _block_lines(network: Network, names: list[str]) -> Iterator[str]:
    """The lines of blocks in sequence, each from one width to the next."""
    rows = iter([placed for placed in network.placed_modules if placed.name.startswith("main.")])
    for block, before, after in zip(network.blocks, names, names[1:], strict=False):
        if isinstance(block, Block):
            yield from render_block(block, [next(rows) for _ in block.modules], before, after)


def _container(network: Network) -> str:
    """The class of ``main``, which in a generator with conditional norms also takes labels."""
    return "ConditionalSequential" if network.is_conditional else "nn.Sequential"


def _main(lines: Iterable[str], container: str = "nn.Sequential") -> str:
    """The lines within the container ``main``."""
    body = "\n".join(f"            {line}" for line in lines)
    return f"        self.main = {container}(\n{body}\n        )"


def _label_vectors(network: Network) -> str:
    """The generator's label embedding, as long as the latent vector."""
    if network.embedding is None:
        return ""
    return f"        self.embedding = {render_module(network.embedding, '', 'latent_dim')}\n"


def _projection_modules(network: Network, channels: str) -> str:
    """The modules after the features, if there are labels."""
    if network.projection is None:
        return ""
    features: Sequence[PlacedModule] = list(
        network.projection.placed_modules(network.feature_maps[-1])
    )
    score = "1" if network.projection.added else channels
    lines = [
        f"        self.{placed.name} = {render_line(placed, channels, score if placed.name == 'head' else channels, '')}"
        for placed in features
    ]
    return "\n" + "\n".join(lines)


def _start_text(gan: Gan) -> str:
    if holds_at_every_size(gan):
        return f"Maps (N, initial_channels, {', '.join(SIDES[gan.chain.axes])})"
    start = gan.generator.input_map
    if gan.widths.latent_dim is None:
        return f"Maps {_shape('initial_channels', start)}"
    return f"Latent vectors {_shape('latent_dim', start)}"


def sample_shape(gan: Gan) -> str:
    """The shape of what the generator gives: numbers, or multiples of the sides of any map."""
    if not holds_at_every_size(gan):
        return _shape("channels", gan.generator.output_map)
    pairs = zip(chain_growth(gan.chain).factor, SIDES[gan.chain.axes], strict=True)
    sides = [side if factor == 1 else f"{factor}·{side}" for factor, side in pairs]
    return f"(N, channels, {', '.join(sides)})"


def start_argument(widths: Widths) -> str:
    """The constructor's argument for the size of the generator's input."""
    if widths.latent_dim is None:
        return f"initial_channels: int = {widths.initial_channels}"
    return f"latent_dim: int = {widths.latent_dim}"


def _stem_channels(widths: Widths) -> str:
    if widths.latent_dim is None:
        return "initial_channels"
    return "2 * latent_dim" if widths.joined_classes else "latent_dim"


def _labels_text(network: Network, widths: Widths) -> str:
    if not network.takes_labels:
        return ""
    assert widths.classes is not None
    return f" and labels (N,) from 0 to {widths.classes - 1}"


_MAX_LISTED_WIDTHS = 16
"""Most widths that the comment lists; by then they have reached the cap."""


def _width_rule(widths: Widths, depth: int) -> str:
    """The line that computes the inner widths, from the picture inwards."""
    given = [str(width) for width in widths.inner_widths(depth)]
    depth = len(given)
    values = ", ".join(given if depth <= _MAX_LISTED_WIDTHS else [*given[:_MAX_LISTED_WIDTHS], "…"])
    rule = f"min(base_channels * 2**k, {widths.max_channels})"
    return f"width = [{rule} for k in range({depth})]  # {values}"


def _width(depth: int) -> str:
    """The channels at a depth: a constructor argument, or an entry of ``width``."""
    return f"width[{depth - 1}]" if depth else "channels"


def _shape(channels: str, feature_map: FeatureMap) -> str:
    return f"(N, {channels}, {', '.join(str(side) for side in feature_map.size)})"
