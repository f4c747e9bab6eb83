"""``weights_init`` of an R3GAN source, and the functions that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.modules.activation_moments import NEGATIVE_SLOPE
from designer.networks import Gan


def render_r3gan_weights(gan: Gan) -> Iterator[str]:
    """The functions ``fan_in``, ``draw`` and ``weights_init``."""
    layer = f"nn.Conv{gan.chain.axes}d"
    yield f'''\
def fan_in(layer: {layer} | nn.Linear) -> float:
    """How many products a number of the output adds up."""
    if isinstance(layer, nn.Linear):
        return layer.in_features
    return layer.in_channels * torch.Size(layer.kernel_size).numel() / layer.groups'''
    yield f'''\
def draw(layer: {layer} | nn.Linear, variance: float) -> None:
    """Draw the weights of a layer with this variance over its fan-in; its biases become zero."""
    nn.init.normal_(layer.weight, 0.0, (variance / fan_in(layer)) ** 0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)'''
    classes = [network.class_name for network in gan.networks.values()]
    networks = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
    labels = "".join(_label_lines(gan))
    yield f'''\
def weights_init(module: nn.Module) -> None:
    """Draw the weights of each network: ``Generator().apply(weights_init)``."""
    if isinstance(module, {networks}):
        blocks = sum(isinstance(part, Block) for part in module.main)
        inner = 2 / (1 + {NEGATIVE_SLOPE}**2) / blocks**0.5  # LeakyReLU scales a second moment by (1 + {NEGATIVE_SLOPE}**2) / 2
        for part in module.main:
            if isinstance(part, Block):
                *hidden, last = [each for each in part.body.children() if isinstance(each, {layer})]
                for each in hidden:
                    draw(each, inner)
                nn.init.zeros_(last.weight)  # a block starts as its shortcut
            elif isinstance(part, ({layer}, nn.Linear)):
                draw(part, 1)
            elif isinstance(part, Basis):
                nn.init.normal_(part.weight)
{labels}'''.rstrip()


def _label_lines(gan: Gan) -> Iterator[str]:
    """The lines that draw label vectors, and the head that is matched with those of a discriminator."""
    if gan.widths.classes is None:
        return
    yield """\
    if isinstance(module, Generator):
        nn.init.normal_(module.embedding.weight, 0.0, (1 / module.embedding.num_embeddings) ** 0.5)
"""
    if gan.discriminator is not None:
        yield """\
    if isinstance(module, Discriminator):
        draw(module.head, 1)
        nn.init.normal_(module.embedding.weight, 0.0, (1 / (module.embedding.num_embeddings * module.embedding.embedding_dim)) ** 0.5)
"""
