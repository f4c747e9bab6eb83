"""One source line per module, with a comment on the output map where the size changes."""

from __future__ import annotations

from collections.abc import Sequence

from designer.geometry.modules.module import Module
from designer.networks import Block, PlacedModule


def render_block(block: Block, row: Sequence[PlacedModule], before: str, after: str) -> list[str]:
    """The lines of a block with ``before`` input channels and ``after`` output channels.

    Both are source expressions. Before a pixel shuffle the convolution outputs ``after`` times as
    many channels as the shuffle makes pixels of one position.
    """
    spread = max(module.copies for module in block.modules)
    spread_channels = f"{after} * {spread}" if spread > 1 else after
    return [
        render_line(
            placed, before, spread_channels if placed.module is block.convolution else after
        )
        for placed in row
    ]


def render_line(placed: PlacedModule, before: str, after: str, end: str = ",") -> str:
    """A module, and a comment with its output map and the size formulas without repetition."""
    code = f"{render_module(placed.module, before, after)}{end}"
    formulas = dict.fromkeys(placed.size_formulas)
    return f"{code}  # {placed.after}: {', '.join(formulas)}" if formulas else code


def render_module(module: Module, before: str, after: str) -> str:
    """The constructor call of a module, with these expressions as its channels."""
    values, named = module.source_arguments(before, after)
    arguments = [*map(str, values), *(f"{name}={value}" for name, value in named.items())]
    code = f"{class_expression(module)}({', '.join(arguments)})"
    return f"spectral_norm({code})" if module.spectral else code


def class_expression(module: Module) -> str:
    """A module's class as the source names it: its own or one of ``nn``."""
    name = module.torch_class
    return name.removeprefix("model.") if name.startswith("model.") else f"nn.{name}"
