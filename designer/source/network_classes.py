"""The network classes of a source: constructor, layers, forward."""

from __future__ import annotations

from collections.abc import Sequence

from designer.brief.options import Output, OutputActivation
from designer.brief.widths import Widths
from designer.geometry.layers import FeatureMap, format_size
from designer.networks import Gan, Network, PlacedModule
from designer.source.layer_lines import render_block, render_line, render_module


def render_generator(gan: Gan) -> str:
    """The class ``Generator``."""
    network, widths, depth = gan.generator, gan.widths, len(gan.chain.windows)
    names = [_stem_channels(widths), *(_width(d) for d in range(depth, -1, -1))]
    image = _shape("channels", network.output_map)
    return f'''\
class Generator(nn.Module):
    """{_start_text(widths, network.input_map)}{_labels_text(network, widths)} in, {SAMPLE_NOUNS[gan.chain.axes]} {image}{_OUTPUT_RANGES[gan.output_activation]} out."""

    def __init__(self, {_start_argument(widths)}, {_width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_label_vectors(network)}{_main(network, names)}

{_generator_forward(network, widths)}'''


def render_discriminator(gan: Gan, network: Network, widths: Widths) -> str:
    """The class ``Discriminator``; ``widths`` are its own."""
    assert gan.discriminator_style is not None
    depth = len(network.blocks) - (network.projection is None)
    names = [*(_width(d) for d in range(depth + 1)), *(["1"] if network.projection is None else [])]
    image = _shape("channels", network.input_map)
    return f'''\
class Discriminator(nn.Module):
    """{SAMPLE_NOUNS[gan.chain.axes].capitalize()} {image}{_labels_text(network, widths)} in, {_output_text(gan, network)} out: for {_LOSSES[gan.discriminator_style.output]}."""

    def __init__(self, {_width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_main(network, names)}{_projection_modules(network, names[-1])}

{_discriminator_forward(network, gan.discriminator_style.output)}'''


def render_encoder(gan: Gan, network: Network) -> str:
    """The class ``Encoder``, from pictures to the generator's input."""
    widths, depth = gan.widths, len(gan.chain.windows)
    given = "initial_channels" if widths.latent_dim is None else "latent_dim"
    names = [*(_width(d) for d in range(depth + 1)), given]
    start = _start_text(widths, network.output_map)
    image = _shape("channels", network.input_map)
    return f'''\
class Encoder(nn.Module):
    """{SAMPLE_NOUNS[gan.chain.axes].capitalize()} {image} in, {start[0].lower()}{start[1:]} out."""

    def __init__(self, {_start_argument(widths)}, {_width_arguments(widths)}) -> None:
        super().__init__()
        {_width_rule(widths, depth)}
{_main(network, names)}

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        code: torch.Tensor = self.main(image)
        return code'''


def _generator_forward(network: Network, widths: Widths) -> str:
    given = "features" if widths.latent_dim is None else "latent"
    if network.embedding is None:
        return f"""\
    def forward(self, {given}: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main({given})
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
    axes = len(network.input_map.size)
    total = "real + match" if network.activation is None else "self.sigmoid(real + match)"
    return f"""\
    def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.main(image)
        real = self.head(features)
        label = self.embedding(labels)[:, :{", None" * axes}]
        match = self.pool((features * label).sum(dim=1, keepdim=True))
        {name}: torch.Tensor = {total}
        {given}"""


_OUTPUT_RANGES = {
    OutputActivation.TANH: " in [-1, 1]",
    OutputActivation.SIGMOID: " in [0, 1]",
    OutputActivation.NONE: " of any range",
}

SAMPLE_NOUNS = {1: "signals", 2: "pictures", 3: "volumes"}
"""Names of a network's samples, by number of axes."""

_POSITION_NOUNS = {1: "samples", 2: "pixels", 3: "voxels"}

_OUTPUT_NAMES = {Output.PROBABILITY: "probability", Output.LOGIT: "logit", Output.CRITIC: "score"}

_LOSSES = {
    Output.PROBABILITY: "nn.BCELoss",
    Output.LOGIT: "nn.BCEWithLogitsLoss or a hinge loss",
    Output.CRITIC: "a Wasserstein loss with a gradient penalty",
}

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


def _main(network: Network, names: list[str]) -> str:
    """The blocks within ``nn.Sequential(…)``, each from one width to the next."""
    rows = iter([placed for placed in network.placed_modules if placed.name.startswith("main.")])
    lines = [
        line
        for block, before, after in zip(network.blocks, names, names[1:], strict=False)
        for line in render_block(block, [next(rows) for _ in block.modules], before, after)
    ]
    body = "\n".join(f"            {line}" for line in lines)
    return f"        self.main = nn.Sequential(\n{body}\n        )"


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
    lines = [
        f"        self.{placed.name} = {render_line(placed, channels, _output_channels(placed, channels), '')}"
        for placed in features
    ]
    return "\n" + "\n".join(lines)


def _output_channels(placed: PlacedModule, channels: str) -> str:
    return "1" if placed.name == "head" else channels


def _start_text(widths: Widths, start: FeatureMap) -> str:
    if widths.latent_dim is None:
        return f"Maps {_shape('initial_channels', start)}"
    return f"Latent vectors {_shape('latent_dim', start)}"


def _start_argument(widths: Widths) -> str:
    if widths.latent_dim is None:
        return f"initial_channels: int = {widths.initial_channels}"
    return f"latent_dim: int = {widths.latent_dim}"


def _stem_channels(widths: Widths) -> str:
    if widths.latent_dim is None:
        return "initial_channels"
    return "latent_dim" if widths.classes is None else "2 * latent_dim"


def _labels_text(network: Network, widths: Widths) -> str:
    if not network.takes_labels:
        return ""
    assert widths.classes is not None
    return f" and labels (N,) from 0 to {widths.classes - 1}"


def _width_arguments(widths: Widths) -> str:
    return f"base_channels: int = {widths.base_channels}, channels: int = {widths.channels}"


_MAX_LISTED_WIDTHS = 16
"""Most widths that the comment lists; by then they have reached the cap."""


def _width_rule(widths: Widths, depth: int) -> str:
    """The line that computes the inner widths, from the picture inwards."""
    given = [str(widths.channels_at(d)) for d in range(1, depth + 1)]
    values = ", ".join(given if depth <= _MAX_LISTED_WIDTHS else [*given[:_MAX_LISTED_WIDTHS], "…"])
    rule = f"min(base_channels * 2**k, {widths.max_channels})"
    return f"width = [{rule} for k in range({depth})]  # {values}"


def _width(depth: int) -> str:
    """The channels at a depth: a constructor argument, or an entry of ``width``."""
    return f"width[{depth - 1}]" if depth else "channels"


def _shape(channels: str, feature_map: FeatureMap) -> str:
    return f"(N, {channels}, {', '.join(str(side) for side in feature_map.size)})"
