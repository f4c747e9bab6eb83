"""The class of residual blocks, and what the functions that make blocks have in common.

What differs from level to level, channels and resampling, are parameters of the functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from designer.geometry.layers import Windows
from designer.geometry.modules.module import Module
from designer.networks import Gan, Network, PlacedPaths


def render_block_class(*, conditional: bool) -> str:
    """The class of every block; ``conditional``: some bodies read the labels."""
    given, passed = (", *labels: torch.Tensor", ", *labels") if conditional else ("", "")
    return f'''\
class Block(nn.Module):
    """The sum of two paths from one map."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value: torch.Tensor{given}) -> torch.Tensor:
        total: torch.Tensor = self.body(value{passed}) + self.shortcut(value)
        return total'''


@dataclass(frozen=True)
class NetworkBlocks:
    """The blocks of a network in a source."""

    gan: Gan
    network: Network

    @cached_property
    def entries(self) -> list[PlacedPaths]:
        """The blocks of the network in order."""
        return [entry for entry in self.network.main if isinstance(entry, PlacedPaths)]

    @property
    def conditional(self) -> bool:
        """Whether the bodies read labels."""
        return self.network.is_conditional

    @property
    def axes(self) -> int:
        """Number of axes."""
        return self.gan.chain.axes

    @property
    def numbers(self) -> str:
        """The type of one number for each axis."""
        return f"tuple[{', '.join(['int'] * self.axes)}]"

    @cached_property
    def windows(self) -> list[Windows]:
        """The windows that change the size, level by level."""
        return [found for entry in self.entries if (found := step_windows(entry))]

    @cached_property
    def per_axis(self) -> bool:
        """Whether the windows have a number for each axis in the source; pools say so themselves."""
        pools = [pool for entry in self.entries if (pool := _pool(entry)) is not None]
        return any(pool.states_each_axis for pool in pools) or (
            not pools and any(len({*step}) > 1 for step in self.windows)
        )

    @property
    def dilated(self) -> bool:
        """Whether a window is dilated."""
        return any(window.dilation > 1 for step in self.windows for window in step)

    def window_names(self, *more: str) -> list[str]:
        """The names of the parameters of a window."""
        return ["kernel_size", "stride", "padding", *more, *(["dilation"] if self.dilated else [])]

    def window_parameters(self, names: Sequence[str]) -> str:
        """The parameters of a window, after those for the channels."""
        kind = self.numbers if self.per_axis else "int"
        return ", ".join(f"{name}: {kind}" for name in names)

    def window_arguments(self, entry: PlacedPaths, names: Sequence[str]) -> str:
        """The arguments of a window."""
        windows = step_windows(entry)
        columns = {name: tuple(getattr(window, name) for window in windows) for name in names}
        values = {n: column if self.per_axis else column[0] for n, column in columns.items()}
        return ", ".join(f"{name}={value}" for name, value in values.items())

    def convolution(
        self, before: str, after: str, taps: int, padding: str = "", *, spectral: bool = False
    ) -> str:
        """A convolution that keeps the size, or with another padding grows it."""
        padded = padding or (str(taps // 2) if taps > 1 else "")
        text = f"nn.Conv{self.axes}d({before}, {after}, {taps}{padded and f', padding={padded}'})"
        return f"spectral_norm({text})" if spectral else text


def step_windows(entry: PlacedPaths) -> Windows:
    """The windows of a block that follows a step; none if it resizes, shuffles or keeps the size."""
    pool = _pool(entry)
    if pool is not None and pool.equal_taps is not None:
        return pool.equal_taps[0]
    first, *more = entry.shortcut
    layer = first.module.convolution if entry.resamples and not more else None
    return () if layer is None else layer.windows


def _pool(entry: PlacedPaths) -> Module | None:
    """The module of the body that takes means, if there is one."""
    last = entry.body[-1].module
    return last if last.equal_taps is not None and last.convolution is None else None


def render_function(
    name: str,
    parameters: str,
    what: str,
    body: Sequence[str],
    shortcut: Sequence[str],
    *,
    conditional: bool = False,
) -> str:
    """A function that makes a block of these lines and of the modules of the shortcut.

    ``conditional``: modules of the body read the labels.
    """
    row = "ConditionalSequential" if conditional else "nn.Sequential"
    lines = "\n".join(f"        {line}," for line in body)
    path = f"nn.Sequential({', '.join(shortcut)})" if len(shortcut) > 1 else shortcut[0]
    return f'''\
def {name}({parameters}) -> Block:
    """{what}"""
    body = {row}(
{lines}
    )
    shortcut = {path}
    return Block(body, shortcut)'''
