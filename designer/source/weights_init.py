"""``weights_init``: the initialization of each kind of layer that a Gan has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from designer.networks import ConvolutionModule, Gan, Module, Norm, PixelShuffle


def render_weights_init(gan: Gan) -> str:
    """The function ``weights_init``, for ``Module.apply``."""
    modules = [
        placed.module for network in gan.networks.values() for placed in network.placed_modules
    ]
    branches = [*_convolutions(modules), *_norms(modules), *_shuffles(modules), *_labels(gan)]
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
    convolutions = [module for module in modules if isinstance(module, ConvolutionModule)]
    lines = ["nn.init.normal_(module.weight, 0.0, 0.02)"]
    if any(convolution.spectral for convolution in convolutions):
        yield (
            "isinstance(module, ParametrizationList)",
            ["nn.init.normal_(module.original, 0.0, 0.02)  # what spectral_norm divides"],
        )
        lines = ["if not is_parametrized(module):", f"    {lines[0]}"]
    if any(convolution.layer.bias for convolution in convolutions):
        lines += ["if module.bias is not None:", "    nn.init.zeros_(module.bias)"]
    yield _isinstance_condition(convolution.torch_class for convolution in convolutions), lines


def _norms(modules: list[Module]) -> Iterator[IfBranch]:
    names = [module.torch_class for module in modules if isinstance(module, Norm)]
    if names:
        lines = ["nn.init.normal_(module.weight, 1.0, 0.02)", "nn.init.zeros_(module.bias)"]
        yield _isinstance_condition(names), lines


def _shuffles(modules: list[Module]) -> Iterator[IfBranch]:
    """Equal initial weights for the pixels of one position (ICNR, arXiv:1707.02937)."""
    shuffles = {module.builtin: module for module in modules if isinstance(module, PixelShuffle)}
    if not shuffles:
        return
    helper_names = [
        m.torch_class.removeprefix("model.") for built, m in shuffles.items() if not built
    ]
    torch_pixels, helper_pixels = "shuffle.upscale_factor**2", "shuffle.pixels"
    kinds, pixels = (
        ("nn.PixelShuffle", torch_pixels) if not helper_names else (helper_names[0], helper_pixels)
    )
    if len(shuffles) > 1:
        kinds = f"(nn.PixelShuffle, {helper_names[0]})"
        pixels = f"{torch_pixels} if isinstance(shuffle, nn.PixelShuffle) else {helper_pixels}"
    axes = len(next(iter(shuffles.values())).factors)
    yield (
        "isinstance(module, nn.Sequential)",
        [
            "layers = list(module)",
            "for conv, shuffle in zip(layers, layers[1:], strict=False):",
            f"    if isinstance(conv, nn.Conv{axes}d) and isinstance(shuffle, {kinds}):",
            f"        pixels = {pixels}",
            "        with torch.no_grad():  # ICNR: the pixels made of one start alike",
            "            conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))",
        ],
    )


def _labels(gan: Gan) -> Iterator[IfBranch]:
    """Label vectors: distributed as latent vectors, in the discriminator as small as weights."""
    if gan.generator.embedding is not None:
        yield "isinstance(module, Generator)", ["nn.init.normal_(module.embedding.weight)"]
    projection = None if gan.discriminator is None else gan.discriminator.projection
    if projection is not None and not projection.embedding.spectral:
        line = "nn.init.normal_(module.embedding.weight, 0.0, 0.02)"
        yield "isinstance(module, Discriminator)", [line]


def _isinstance_condition(names: Iterable[str]) -> str:
    classes = [f"nn.{name}" for name in sorted(set(names))]
    one = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
    return f"isinstance(module, {one})"


def _indent(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
