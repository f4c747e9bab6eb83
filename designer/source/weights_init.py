"""``weights_init``: the initialization of each kind of layer that a Gan has."""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.modules.module import Distribution, Module
from designer.networks import Gan
from designer.source.layer_lines import class_expression


def render_weights_init(gan: Gan) -> str:
    """The function ``weights_init``, for ``Module.apply``."""
    modules = gan.modules
    branches = [
        *_convolutions(modules),
        *_norms(modules),
        *_shuffles(modules, gan.chain.axes),
        *_labels(gan),
    ]
    body = "\n".join(
        f"    {'elif' if index else 'if'} {condition}:\n{_indent(lines)}"
        for index, (condition, lines) in enumerate(branches)
    )
    return f'''\
def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
{body}'''


IfBranch = tuple[str, list[str]]
"""A condition and the lines under it."""


def _convolutions(modules: list[Module]) -> Iterator[IfBranch]:
    convolutions = [module for module in modules if module.role == "convolution"]
    initial = _initial_weights(convolutions)
    lines = [_draw("module.weight", initial["weight"])]
    if any(convolution.spectral for convolution in convolutions):
        original = _draw("module.original", initial["weight"])
        yield (
            "isinstance(module, ParametrizationList)",
            [f"{original}  # what spectral_norm divides"],
        )
        lines = ["if not is_parametrized(module):", f"    {lines[0]}"]
    if "bias" in initial:
        lines += ["if module.bias is not None:", f"    {_draw('module.bias', initial['bias'])}"]
    yield _isinstance_condition(convolutions), lines


def _norms(modules: list[Module]) -> Iterator[IfBranch]:
    norms = [module for module in modules if module.role == "norm"]
    if norms:
        initial = _initial_weights(norms)
        lines = [_draw(f"module.{name}", drawn) for name, drawn in initial.items()]
        yield _isinstance_condition(norms), lines


def _shuffles(modules: list[Module], axes: int) -> Iterator[IfBranch]:
    """Equal initial weights for the pixels of one position (ICNR, arXiv:1707.02937)."""
    pixels = {
        class_expression(module): "shuffle.pixels" if module.helper else "shuffle.upscale_factor**2"
        for module in modules
        if module.copies
    }
    if not pixels:
        return
    *torch_class, own_class = sorted(pixels, key=lambda name: not name.startswith("nn."))
    kinds, count = own_class, pixels[own_class]
    for other in torch_class:
        kinds = f"({other}, {kinds})"
        count = f"{pixels[other]} if isinstance(shuffle, {other}) else {count}"
    yield (
        "isinstance(module, nn.Sequential)",
        [
            "layers = list(module)",
            "for conv, shuffle in zip(layers, layers[1:], strict=False):",
            f"    if isinstance(conv, nn.Conv{axes}d) and isinstance(shuffle, {kinds}):",
            f"        pixels = {count}",
            "        with torch.no_grad():  # ICNR: the pixels made of one start alike",
            "            conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))",
        ],
    )


def _labels(gan: Gan) -> Iterator[IfBranch]:
    """Label vectors, whose distribution differs by network."""
    for network in gan.networks.values():
        for module in (placed.module for placed in network.placed_modules):
            if module.role == "Embedding" and not module.spectral:
                line = _draw("module.embedding.weight", module.initial_weights["weight"])
                yield f"isinstance(module, {network.class_name})", [line]


def _initial_weights(modules: list[Module]) -> dict[str, Distribution]:
    return {name: drawn for module in modules for name, drawn in module.initial_weights.items()}


def _draw(tensor: str, distribution: Distribution) -> str:
    """The line that draws a tensor, without torch's defaults."""
    mean, deviation = distribution
    if not deviation:
        return f"nn.init.zeros_({tensor})"
    arguments = "" if distribution == (0.0, 1.0) else f", {mean}, {deviation}"
    return f"nn.init.normal_({tensor}{arguments})"


def _isinstance_condition(modules: list[Module]) -> str:
    classes = sorted({class_expression(module) for module in modules})
    one = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
    return f"isinstance(module, {one})"


def _indent(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
