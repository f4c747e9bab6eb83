"""``weights_init`` where a network is initialized by the fan-in of its layers: a branch for each network.

A layer alone does not know its network, nor the activation after it; so the convolutions are drawn when
``apply`` comes to the network, which is last.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.modules.activation_moments import NEGATIVE_SLOPE
from designer.geometry.modules.convolutions import DCGAN_DEVIATION
from designer.geometry.modules.module import Module
from designer.networks import Gan, Network
from designer.networks.encoder_decoder import EncoderDecoder
from designer.networks.initialization import LAST_SCALES, is_drawn_by_fan_in
from designer.source.layer_lines import class_expression

_VARIANCES = {
    "relu": ("2", "ReLU halves a second moment"),
    "leaky_relu": (
        f"2 / (1 + {NEGATIVE_SLOPE}**2)",
        f"LeakyReLU scales a second moment by (1 + {NEGATIVE_SLOPE}**2) / 2",
    ),
}
"""For each activation, variance of a weight before it times its fan-in, and the comment that says why."""


_SPECTRAL_BIASES = (
    "for layer in convolutions(module):",
    "    if layer.bias is not None:",
    "        nn.init.zeros_(layer.bias)",
)
"""The lines for a network whose weights are drawn for what ``spectral_norm`` divides."""


def render_draw_functions(gan: Gan) -> Iterator[str]:
    """The functions that ``weights_init`` calls: ``convolutions``, ``draw`` and ``fan_in``."""
    if not gan.draws_by_fan_in:
        return
    modules = [module for module in gan.modules if module.convolution is not None]
    classes = _classes(modules)
    kind, kinds = (
        " | ".join(classes),
        classes[0] if len(classes) == 1 else f"({', '.join(classes)})",
    )
    yield f'''\
def convolutions(network: nn.Module) -> list[{kind}]:
    """The convolutions of a network, in order."""
    return [layer for layer in network.modules() if isinstance(layer, {kinds})]


def draw(layer: {kind}, variance: float) -> None:
    """Draw the weights of a layer with this variance; its biases become zero."""
    nn.init.normal_(layer.weight, 0.0, variance**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)'''
    yield _render_fan_in(classes)


def _render_fan_in(classes: list[str]) -> str:
    signature = f"def fan_in(layer: {' | '.join(classes)}) -> float:"
    products = "layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups"
    transposed = [name for name in classes if "Transpose" in name]
    if not transposed:
        return f'''\
{signature}
    """How many products a number of the output adds up."""
    return {products}'''
    phases = "torch.Size(layer.stride).numel()"
    if len(classes) > 1:
        phases = f"({phases} if isinstance(layer, {transposed[0]}) else 1)"
    return f'''\
{signature}
    """How many products a number of the output adds up, of a transposed layer in the mean over its phases."""
    products = {products}
    return products / {phases}'''


def network_branch(gan: Gan, role: str) -> list[str]:
    """The lines that draw all convolutions and label vectors of a network."""
    network = gan.networks[role]
    by_fan_in = is_drawn_by_fan_in(network, gan.initializations)
    if network.spectral:
        return list(_SPECTRAL_BIASES)
    if by_fan_in and isinstance(network, EncoderDecoder):
        lines = list(_draws_of_arms(network))
    elif by_fan_in:
        lines = list(_draws(network, LAST_SCALES.get(role)))
    else:
        lines = ["for layer in convolutions(module):", f"    draw(layer, {DCGAN_DEVIATION}**2)"]
    return [*lines, *_label_vectors(network, by_fan_in=by_fan_in)]


def _draws(network: Network, last_scale: float | None) -> Iterator[str]:
    """The lines that draw the layers of a network by their fan-in."""
    (rectifier,) = (each for each in network.blocks[0].modules if each.column == "activation")
    variance, comment = _VARIANCES[rectifier.op]
    stem = is_stem(network)
    yield f"{'stem, ' if stem else ''}*hidden, last = convolutions(module)"
    if stem:
        yield f"draw(stem, {variance} / stem.in_channels)  # at a single position no two taps meet"
    yield "for layer in hidden:"
    yield f"    draw(layer, {variance} / fan_in(layer))  # {comment}"
    scaled = "1" if last_scale is None else f"{last_scale}**2"
    quiet = "" if last_scale is None else "  # quiet: the output starts near zero"
    yield f"draw(last, {scaled} / fan_in(last)){quiet}"


def _draws_of_arms(network: EncoderDecoder) -> Iterator[str]:
    """The lines that draw an encoder–decoder by its fan-in: after a step up there is no rectifier.

    A sum of two maps has twice the second moment of either, so the layer that reads it has half the
    variance.
    """
    variance, comment = _VARIANCES["relu"]
    linear, why = "[convolutions(up)[0] for up in module.up]", "no ReLU follows"
    if network.skips.summands > 1:
        linear = "[layer for up in module.up for layer in convolutions(up)[:2]]"
        why += ", or the input is a sum of two maps"
    yield "*hidden, last = convolutions(module)"
    yield f"linear = {linear}  # {why}"
    yield "for layer in hidden:"
    yield f"    draw(layer, (1 if layer in linear else {variance}) / fan_in(layer))  # {comment}"
    yield "draw(last, 1 / fan_in(last))"


def is_stem(network: Network) -> bool:
    """Whether the first layer of a network is a transposed one at a single position."""
    placed, layer = network.convolutions[0]
    return layer.transposed and set(placed.before.size) == {1}


def _label_vectors(network: Network, *, by_fan_in: bool) -> Iterator[str]:
    for module in (placed.module for placed in network.placed_modules):
        if module.role == "Embedding":
            mean, drawn = module.initial_weights["weight"]
            deviation = "" if drawn == 1 else f", {mean}, {drawn}"
            if network.projection is not None and by_fan_in:
                deviation = f", {mean}, (1 / module.embedding.embedding_dim) ** 0.5"
            yield f"nn.init.normal_(module.embedding.weight{deviation})"


def _classes(modules: list[Module]) -> list[str]:
    return sorted({class_expression(module) for module in modules})
