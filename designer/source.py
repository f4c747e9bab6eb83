"""A Gan as Python text: one self-contained module that needs torch and nothing else.

Deterministic: the same Gan gives the same bytes. No text of a user's enters it; every name comes
from this file and every number from a checked value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from designer.architecture import NEGATIVE_SLOPE, Activation, Block, Gan, Network, Normalization
from designer.layers import Conv, FeatureMap, Window
from designer.wording import describe_conv, describe_conv_transpose


@dataclass(frozen=True, kw_only=True)
class PythonSource:
    """The text of a module; it compiles.

    Raises:
        SyntaxError: where the text is no Python.
    """

    text: str

    def __post_init__(self) -> None:
        compile(self.text, "model.py", "exec")

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def render_source(gan: Gan) -> PythonSource:
    """The module with ``Generator``, ``Discriminator`` and ``weights_init``."""
    parts = (_header(gan), _generator(gan), _discriminator(gan), _weights_init(gan))
    return PythonSource(text="\n\n\n".join(parts) + "\n")


def _header(gan: Gan) -> str:
    picture = gan.generator.output_map
    return f'''\
"""Generator and discriminator for {picture} pictures from a latent vector of length \
{gan.widths.latent_dim}.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn'''


def _generator(gan: Gan) -> str:
    network, widths = gan.generator, gan.widths
    latent, image = _shape("latent_dim", network.input_map), _shape("channels", network.output_map)
    names = ["latent_dim", *(_width(depth) for depth in range(len(gan.chain.windows), -1, -1))]
    return f'''\
class Generator(nn.Module):
    """Latent vectors {latent} in, pictures {image} in [-1, 1] out."""

    def __init__(self, latent_dim: int = {widths.latent_dim}, base_channels: int = {widths.base_channels}, channels: int = {widths.channels}) -> None:
        super().__init__()
        {_width_rule(gan)}
        self.main = nn.Sequential(
{_body(network, names)}
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image'''


def _discriminator(gan: Gan) -> str:
    network, widths = gan.discriminator, gan.widths
    image = _shape("channels", network.input_map)
    names = [*(_width(depth) for depth in range(len(gan.chain.windows) + 1)), "1"]
    return f'''\
class Discriminator(nn.Module):
    """Pictures {image} in, the probability (N,) that each is real out."""

    def __init__(self, base_channels: int = {widths.base_channels}, channels: int = {widths.channels}) -> None:
        super().__init__()
        {_width_rule(gan)}
        self.main = nn.Sequential(
{_body(network, names)}
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability.flatten()'''


def _weights_init(gan: Gan) -> str:
    axes = gan.chain.axes
    return f'''\
def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv{axes}d, nn.ConvTranspose{axes}d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm{axes}d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)'''


def _width_rule(gan: Gan) -> str:
    """The one line that computes the inner widths, from the picture inwards."""
    widths, depths = gan.widths, range(1, len(gan.chain.windows) + 1)
    values = ", ".join(str(widths.at(depth)) for depth in depths)
    rule = f"min(base_channels * 2**k, {widths.max_channels})"
    return f"width = [{rule} for k in range({len(depths)})]  # {values}"


def _width(depth: int) -> str:
    """The channels at a depth: an argument of the constructor, or an entry of ``width``."""
    return f"width[{depth - 1}]" if depth else "channels"


def _body(network: Network, widths: list[str]) -> str:
    """The lines within ``nn.Sequential(…)``: a layer, its norm and its activation each."""
    lines: list[str] = []
    maps = network.feature_maps
    for index, block in enumerate(network.blocks):
        layer = _layer(block, widths[index], widths[index + 1])
        lines.append(f"{layer},  # {maps[index + 1]}: {_arithmetic(block, maps[index])}")
        lines += [f"{module}," for module in _tail(block, widths[index + 1])]
    return "\n".join(f"            {line}" for line in lines)


def _layer(block: Block, in_channels: str, out_channels: str) -> str:
    layer = block.layer
    name = "Conv" if isinstance(layer, Conv) else "ConvTranspose"
    arguments = [in_channels, out_channels, *_window_arguments(layer.windows)]
    if layer.groups != 1:
        arguments.append(f"groups={layer.groups}")
    if not layer.bias:
        arguments.append("bias=False")
    return f"nn.{name}{layer.axes}d({', '.join(arguments)})"


def _window_arguments(windows: tuple[Window, ...]) -> Iterator[str]:
    """Torch's arguments with torch's names; what is torch's default is left out."""
    yield _per_axis([window.kernel_size for window in windows])
    for name, default in _DEFAULTS.items():
        values = [getattr(window, name) for window in windows]
        if set(values) != {default}:
            yield f"{name}={_per_axis(values)}"


_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}


def _per_axis(values: list[int]) -> str:
    """One number where all axes agree, else a tuple."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def _tail(block: Block, channels: str) -> Iterator[str]:
    if block.normalization is Normalization.BATCH:
        yield f"nn.BatchNorm{block.layer.axes}d({channels})"
    yield _ACTIVATIONS[block.activation]


_ACTIVATIONS = {
    Activation.RELU: "nn.ReLU(inplace=True)",
    Activation.LEAKY_RELU: f"nn.LeakyReLU({NEGATIVE_SLOPE}, inplace=True)",
    Activation.TANH: "nn.Tanh()",
    Activation.SIGMOID: "nn.Sigmoid()",
}


def _arithmetic(block: Block, before: FeatureMap) -> str:
    """The law with its numbers, once where all axes are alike."""
    describe = describe_conv_transpose if block.transposed else describe_conv
    steps = zip(block.layer.windows, before.size, strict=True)
    return ", ".join(dict.fromkeys(describe(window, side) for window, side in steps))


def _shape(channels: str, feature_map: FeatureMap) -> str:
    return f"(N, {channels}, {', '.join(str(side) for side in feature_map.size)})"
