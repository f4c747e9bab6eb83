"""Strategies for briefs and chains of any kind."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from designer.brief.model import Brief, Level
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import DesignerError
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling

choices = st.sets(st.integers(1, 256), max_size=63)
natural = st.integers(1, 65_536)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window that a search space allows."""
    stride = draw(st.integers(1, 5))
    dilation = draw(st.sampled_from([1, 7, 11])) if stride != 7 else 1
    kernel_size = draw(st.integers(stride, 256))
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        padding=draw(st.integers(0, min(40, dilation * (kernel_size - 1)))),
        output_padding=draw(st.integers(0, stride - 1)),
    )


@st.composite
def spaces(draw: st.DrawFn, axes: int) -> SearchSpace:
    """Any search space without contradictions."""
    return SearchSpace(
        kernel_sizes=tuple(sorted({2, *draw(choices)})),
        strides=tuple(sorted({2, *draw(choices)})),
        dilations=tuple(sorted({1, *draw(choices)})),
        output_padding=draw(st.booleans()),
        exact=draw(st.sampled_from(Exact)),
        overlap=draw(st.sampled_from(Overlap)),
        initial_size=draw(st.none() | st.tuples(*[st.integers(1, 64)] * axes)),
        max_layers=draw(st.integers(1, 64)),
        anisotropic=draw(st.booleans()),
    )


@st.composite
def network_options(draw: st.DrawFn, chain: Chain, search: SearchSpace) -> dict[str, Any]:
    """A generator input and network options of any kind without contradictions."""
    kinds = [kind for kind in Normalization if kind is not Normalization.SPECTRAL]
    style = st.builds(
        DiscriminatorStyle,
        normalization=st.sampled_from(Normalization),
        output=st.sampled_from([Output.PROBABILITY, Output.LOGIT]),
        patch=st.none() | natural,
        base_channels=st.none() | natural,
    )
    if search.initial_size in (None, chain.initial_size) and draw(st.booleans()):
        initial_map = InitialMap(channels=draw(natural), size=chain.initial_size)
        start: dict[str, Any] = {"initial_map": initial_map}
    else:
        start = {"latent_dim": draw(natural), "classes": draw(st.none() | st.integers(2, 1_000))}
    return {
        **start,
        "upsampling": draw(st.sampled_from(Upsampling)),
        "normalization": draw(st.sampled_from(kinds)),
        "output_activation": draw(st.sampled_from(OutputActivation)),
        "discriminator": draw(st.none() | style),
        "encoder": draw(st.booleans()),
    }


@st.composite
def designs(draw: st.DrawFn) -> tuple[Brief, Chain]:
    """Any brief with some chain that ends at its resolution."""
    axes = draw(st.integers(1, 3))
    steps = draw(st.lists(st.tuples(*[windows()] * axes), min_size=1, max_size=6))
    high = {1: 1_048_576, 2: 8_192, 3: 512}[axes]
    sizes = [draw(st.tuples(*[st.integers(2, 16)] * axes))]
    kept = []
    for step in steps:
        try:
            after = tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True))
        except DesignerError:
            continue
        if max(after) <= high:
            sizes.append(after)
            kept.append(step)
    if not kept or min(sizes[-1]) < 4:
        grow = (Window(kernel_size=8, stride=4, padding=2),) * axes
        sizes, kept = [(4,) * axes, (16,) * axes], [grow]
    chain = Chain(sizes=tuple(sizes), windows=tuple(kept))
    search = draw(spaces(axes))
    limit = st.none() | st.integers(1, 2**63 - 1)
    budget = st.builds(Budget, parameters=limit, multiply_adds=limit)
    brief = Brief(
        resolution=chain.target,
        **draw(network_options(chain, search)),
        channels=draw(st.integers(1, 4)),
        base_channels=draw(natural),
        max_channels=draw(natural),
        search=search,
        budget=draw(st.none() | budget),
        windows=draw(st.sampled_from([None, chain.windows])),
        verify=draw(st.sampled_from(Level)),
    )
    return brief, chain
