"""``weights_init``: the initialization of each kind of layer that a Gan has."""

from __future__ import annotations

from collections.abc import Iterator

from designer.geometry.modules.module import Distribution, Module
from designer.networks import Gan
from designer.networks.blocks import WEIGHTED_ROLES
from designer.source.layer_lines import class_expression
from designer.source.weights_by_fan_in import network_branch


def render_weights_init(gan: Gan) -> str:
    """The function ``weights_init``, for ``Module.apply``."""
    modules, by_fan_in = gan.modules, gan.draws_by_fan_in
    if by_fan_in:
        branches = [*_spectral(modules), *_norms(modules), *_networks(gan)]
    else:
        shuffles = [
            (f"isinstance(module, {_sequences(gan)})", lines)
            for lines in _shuffles(_layers_of(gan), modules, gan.chain.axes)
        ]
        norms = [*_norms(modules), *_gains(modules)]
        branches = [*_convolutions(modules), *norms, *shuffles, *_labels(gan)]
    meaning = "Draw the weights of each network" if by_fan_in else "Initialise as DCGAN does"
    body = "\n".join(
        f"    {'elif' if index else 'if'} {condition}:\n{_indent(lines)}"
        for index, (condition, lines) in enumerate(branches)
    )
    return f'''\
def weights_init(module: nn.Module) -> None:
    """{meaning}: ``{gan.generator.class_name}().apply(weights_init)``."""
{body}'''


IfBranch = tuple[str, list[str]]
"""A condition and the lines under it."""


def _networks(gan: Gan) -> Iterator[IfBranch]:
    """A branch for each network, which draws all its layers; the generator's pixels start alike."""
    for role, network in gan.networks.items():
        modules = [placed.module for placed in network.placed_modules]
        blocks = "up.modules()" if gan.widths.joins_arms else "module.main"
        alike = [line for lines in _shuffles(blocks, modules, gan.chain.axes) for line in lines]
        if alike and gan.widths.joins_arms:
            alike = ["for up in module.up:", *(f"    {line}" for line in alike)]
        lines = [*network_branch(gan, role), *alike]
        yield f"isinstance(module, {network.class_name})", lines


def _convolutions(modules: list[Module]) -> Iterator[IfBranch]:
    convolutions = [module for module in modules if module.role in WEIGHTED_ROLES]
    initial = _initial_weights(convolutions)
    lines = [_draw("module.weight", initial["weight"])]
    if spectral := list(_spectral(convolutions)):
        yield from spectral
        lines = ["if not is_parametrized(module):", f"    {lines[0]}"]
    if "bias" in initial:
        lines += ["if module.bias is not None:", f"    {_draw('module.bias', initial['bias'])}"]
    yield _isinstance_condition(convolutions), lines


def _spectral(modules: list[Module]) -> Iterator[IfBranch]:
    spectral = [module for module in modules if module.spectral]
    if spectral:
        original = _draw("module.original", spectral[0].initial_weights["weight"])
        line = f"{original}  # what spectral_norm divides"
        yield "isinstance(module, ParametrizationList)", [line]


def _norms(modules: list[Module]) -> Iterator[IfBranch]:
    norms = [module for module in modules if module.role == "norm"]
    if norms:
        initial = _initial_weights(norms)
        lines = [_draw(f"module.{name}", drawn) for name, drawn in initial.items()]
        plain = all(module.weights for module in norms)
        yield (
            _isinstance_condition([module for module in norms if module.weights])
            + ("" if plain else " and module.affine"),
            lines,
        )


def _gains(modules: list[Module]) -> Iterator[IfBranch]:
    """The gains of self-attention, which stay at zero, and those of conditional norms, at one."""
    attention = [module for module in modules if module.silent_at_start]
    if attention:
        yield _isinstance_condition(attention), ["nn.init.zeros_(module.gain)"]
    conditional = [module for module in modules if module.reads_labels]
    if conditional:
        yield (
            _isinstance_condition(conditional),
            ["nn.init.ones_(module.gain.weight)", "nn.init.zeros_(module.bias.weight)"],
        )


def _sequences(gan: Gan) -> str:
    """The classes of layers in sequence."""
    own = gan.generator.is_conditional
    return "(nn.Sequential, ConditionalSequential)" if own else "nn.Sequential"


def _layers_of(gan: Gan) -> str:
    """What ``weights_init`` lists of layers in sequence."""
    return "module.children()" if gan.generator.is_conditional else "module"


def _shuffles(blocks: str, modules: list[Module], axes: int) -> Iterator[list[str]]:
    """Lines that make the initial weights for the pixels of one position equal (ICNR, arXiv:1707.02937)."""
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
    yield [
        f"layers = list({blocks})",
        "for conv, shuffle in zip(layers, layers[1:], strict=False):",
        f"    if isinstance(conv, nn.Conv{axes}d) and isinstance(shuffle, {kinds}):",
        f"        pixels = {count}",
        "        with torch.no_grad():  # ICNR: the pixels made of one start alike",
        "            conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))",
    ]


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
