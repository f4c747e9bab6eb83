"""Version 1 of the id's content: a completed brief and the chosen windows as a list of numbers.

The format is frozen: orders of choices and bounds are written out, never read from limits or
defaults, which later releases may change. Later versions have the same content after the options
that ``designer.brief.permalink.network_options`` packs.
"""

from __future__ import annotations

from itertools import pairwise

from designer.brief.factor import whole_factor
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.brief.permalink.network_options import DCGAN_OPTIONS, NetworkOptions
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.geometry.axis import kernel_span
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows

_LEVELS = (Level.NONE, Level.STANDARD, Level.FULL)
_EXACT = (Exact.PREFER, Exact.REQUIRE, Exact.ANY)
_OVERLAP = (Overlap.PREFER, Overlap.EVEN, Overlap.ANY)
_LAYERS = 64
_CHOICES = 64
_SIDE = 256
_GAP_EXPONENTS = 9
_BUDGET_EXPONENTS = 256


def write_design(packer: Packer, brief: Brief, chain: Chain) -> None:
    """Pack a brief and its chain."""
    packer.write_uniform(brief.axes - 1, bound=3)
    _write_size(packer, brief.resolution)
    base_channels = brief.widths.base_channels
    for number in (brief.latent_dim or 0, brief.channels, base_channels, brief.max_channels):
        packer.write_natural(number)
    packer.write_uniform(_LEVELS.index(brief.verify), bound=len(_LEVELS))
    _write_budget(packer, brief.budget)
    _write_space(packer, brief.space)
    packer.write_flag(brief.windows is not None)
    _write_windows(packer, chain.windows)


def read_design(
    reader: Unpacker,
    options: NetworkOptions = DCGAN_OPTIONS,
    *,
    has_factor: bool = False,
    variational: bool = False,
) -> tuple[Brief, Chain]:
    """Unpack a brief and its chain; ``options`` are the network options read before them.

    ``has_factor``: the brief has a factor, which its resolution and its initial map imply.

    Raises:
        InvalidRequest: if numbers are outside the limits.
        InvalidLayer: if the windows are illegal or do not produce the resolution.
    """
    axes = reader.read_uniform(bound=3) + 1
    resolution = _read_size(reader, axes)
    latent_dim, channels, base_channels, max_channels = (reader.read_natural() for _ in range(4))
    verify = _LEVELS[reader.read_uniform(bound=len(_LEVELS))]
    budget = _read_budget(reader)
    search = _read_space(reader, axes)
    given = reader.read_flag()
    windows = _read_windows(reader, axes)
    start = options["initial_map"]
    brief = Brief(
        factor=whole_factor(start.size, resolution) if has_factor and start else None,
        resolution=resolution,
        latent_dim=latent_dim or None,
        channels=channels,
        base_channels=base_channels,
        max_channels=max_channels,
        search=search,
        budget=budget,
        windows=windows if given else None,
        verify=verify,
        variational=variational,
        **options,
    )
    if brief.any_size is not None:
        return brief, brief.any_size.chain(resolution, windows)
    return brief, Chain.leading_to(resolution, windows)


def _write_size(packer: Packer, size: Size) -> None:
    """Pack one number if all sides are equal."""
    packer.write_flag(len(set(size)) == 1)
    for side in size if len(set(size)) > 1 else size[:1]:
        packer.write_natural(side)


def _read_size(reader: Unpacker, axes: int) -> Size:
    if reader.read_flag():
        return (reader.read_natural(),) * axes
    return tuple(reader.read_natural() for _ in range(axes))


def _write_budget(packer: Packer, budget: Budget | None) -> None:
    packer.write_flag(budget is not None)
    for bound in (budget.parameters, budget.multiply_adds) if budget else ():
        packer.write_flag(bound is not None)
        if bound is not None:
            packer.write_natural(bound, exponents=_BUDGET_EXPONENTS)


def _read_budget(reader: Unpacker) -> Budget | None:
    if not reader.read_flag():
        return None
    parameters, multiply_adds = (
        reader.read_natural(exponents=_BUDGET_EXPONENTS) if reader.read_flag() else None
        for _ in range(2)
    )
    return Budget(parameters=parameters, multiply_adds=multiply_adds)


def _write_space(packer: Packer, space: SearchSpace) -> None:
    for choices in (space.kernel_sizes, space.strides, space.dilations):
        packer.write_uniform(len(choices) - 1, bound=_CHOICES)
        for before, after in pairwise((0, *choices)):
            packer.write_natural(after - before - 1, exponents=_GAP_EXPONENTS)
    packer.write_flag(space.output_padding)
    packer.write_uniform(_EXACT.index(space.exact), bound=len(_EXACT))
    packer.write_uniform(_OVERLAP.index(space.overlap), bound=len(_OVERLAP))
    packer.write_flag(space.initial_size is not None)
    if space.initial_size is not None:
        _write_size(packer, space.initial_size)
    packer.write_natural(space.max_layers)
    packer.write_flag(space.anisotropic)


def _read_space(reader: Unpacker, axes: int) -> SearchSpace:
    kernel_sizes, strides, dilations = (_read_choices(reader) for _ in range(3))
    return SearchSpace(
        kernel_sizes=kernel_sizes,
        strides=strides,
        dilations=dilations,
        output_padding=reader.read_flag(),
        exact=_EXACT[reader.read_uniform(bound=len(_EXACT))],
        overlap=_OVERLAP[reader.read_uniform(bound=len(_OVERLAP))],
        initial_size=_read_size(reader, axes) if reader.read_flag() else None,
        max_layers=reader.read_natural(),
        anisotropic=reader.read_flag(),
    )


def _read_choices(reader: Unpacker) -> tuple[int, ...]:
    choices = [0]
    for _ in range(reader.read_uniform(bound=_CHOICES) + 1):
        choices.append(choices[-1] + 1 + reader.read_natural(exponents=_GAP_EXPONENTS))
    return tuple(choices[1:])


def _write_windows(packer: Packer, steps: tuple[Windows, ...]) -> None:
    """Pack a layer or an axis that equals the previous one as a single flag."""
    packer.write_uniform(len(steps) - 1, bound=_LAYERS)
    for before, step in pairwise(((), *steps)):
        if before:
            packer.write_flag(step == before)
        if step != before:
            _write_step(packer, step)


def _read_windows(reader: Unpacker, axes: int) -> tuple[Windows, ...]:
    steps: list[Windows] = []
    for _ in range(reader.read_uniform(bound=_LAYERS) + 1):
        same = bool(steps) and reader.read_flag()
        steps.append(steps[-1] if same else _read_step(reader, axes))
    return tuple(steps)


def _write_step(packer: Packer, step: Windows) -> None:
    _write_window(packer, step[0])
    for before, window in pairwise(step):
        packer.write_flag(window == before)
        if window != before:
            _write_window(packer, window)


def _write_window(packer: Packer, window: Window) -> None:
    for side in (window.kernel_size, window.stride, window.dilation):
        packer.write_uniform(side - 1, bound=_SIDE)
    packer.write_uniform(window.padding, bound=_paddings(window.kernel_size, window.dilation))
    packer.write_uniform(window.output_padding, bound=window.stride)


def _read_step(reader: Unpacker, axes: int) -> Windows:
    windows: list[Window] = []
    for _ in range(axes):
        same = bool(windows) and reader.read_flag()
        windows.append(windows[-1] if same else _read_window(reader))
    return tuple(windows)


def _read_window(reader: Unpacker) -> Window:
    kernel_size, stride, dilation = (reader.read_uniform(bound=_SIDE) + 1 for _ in range(3))
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        padding=reader.read_uniform(bound=_paddings(kernel_size, dilation)),
        output_padding=reader.read_uniform(bound=stride),
    )


def _paddings(kernel_size: int, dilation: int) -> int:
    """Number of legal paddings of a window: those from 0 to D(F − 1)."""
    return kernel_span(kernel_size, dilation)
