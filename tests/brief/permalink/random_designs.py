"""Strategies for briefs and chains of any kind."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from designer.brief.initialization import Initialization, Initializations
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import DesignerError
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from tests.plain_norms import PLAIN_NORMS

choices = st.sets(st.integers(1, 256), max_size=63)
natural = st.integers(1, 65_536)


@st.composite
def windows(draw: st.DrawFn, *, dilated: bool = True) -> Window:
    """A window that a search space allows, perhaps without dilation."""
    stride = draw(st.integers(1, 5))
    dilation = draw(st.sampled_from([1, 7, 11])) if dilated else 1
    kernel_size = draw(st.integers(stride, 256))
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        padding=draw(st.integers(0, min(40, dilation * (kernel_size - 1)))),
        output_padding=draw(st.integers(0, stride - 1)),
    )


@st.composite
def spaces(draw: st.DrawFn, axes: int, *, dilated: bool = True) -> SearchSpace:
    """Any search space without contradictions, perhaps without dilation."""
    return SearchSpace(
        kernel_sizes=tuple(sorted({2, *draw(choices)})),
        strides=tuple(sorted({2, *draw(choices)})),
        dilations=tuple(sorted({1, *draw(choices)})) if dilated else (1,),
        output_padding=draw(st.booleans()),
        exact=draw(st.sampled_from(Exact)),
        overlap=draw(st.sampled_from(Overlap)),
        initial_size=draw(st.none() | st.tuples(*[st.integers(1, 64)] * axes)),
        max_layers=draw(st.integers(1, 64)),
        anisotropic=draw(st.booleans()),
    )


levels = st.integers(1, 8) | st.lists(st.integers(1, 8), min_size=1, max_size=64).map(tuple)


attended = st.sets(st.integers(1, 63), min_size=1).map(lambda found: tuple(sorted(found)))


def residual_options(classes: int | None) -> st.SearchStrategy[dict[str, Any]]:
    """Options of residual networks of any kind without contradictions; with labels, of all norms."""
    kinds = PLAIN_NORMS if classes is None else list(Normalization)
    without = (Normalization.NONE, Normalization.SPECTRAL)
    style = st.builds(
        DiscriminatorStyle,
        normalization=st.sampled_from([n for n in PLAIN_NORMS if n is not Normalization.NONE]),
        output=st.just(Output.LOGIT),
        base_channels=st.none() | natural,
        max_channels=st.none() | natural,
        blocks=st.none() | levels,
    )
    return st.fixed_dictionaries(
        {
            "architecture": st.just("resnet"),
            "blocks": st.none() | levels,
            "attention": st.none() | attended,
            "upsampling": st.sampled_from(Upsampling),
            "normalization": st.sampled_from([n for n in kinds if n not in without]),
            "output_activation": st.sampled_from(OutputActivation),
            "discriminator": st.none() | style,
            "encoder": st.just(False),
        }
    )


def r3gan_options() -> st.SearchStrategy[dict[str, Any]]:
    """Options of R3GAN's networks of any kind without contradictions."""
    style = st.builds(
        DiscriminatorStyle,
        normalization=st.just(Normalization.NONE),
        output=st.sampled_from([Output.LOGIT, Output.CRITIC]),
        base_channels=st.none() | natural,
        max_channels=st.none() | natural,
        blocks=st.none() | levels,
    )
    return st.fixed_dictionaries(
        {
            "architecture": st.just("r3gan"),
            "blocks": st.none() | levels,
            "expansion": st.none() | st.integers(1, 8),
            "group_width": st.none() | natural,
            "output_activation": st.none() | st.sampled_from(OutputActivation),
            "discriminator": st.none() | style,
            "encoder": st.just(False),
        }
    )


@st.composite
def network_options(
    draw: st.DrawFn, chain: Chain, search: SearchSpace, *, dilated: bool
) -> dict[str, Any]:
    """A generator input and network options of any kind without contradictions."""
    kinds = [kind for kind in PLAIN_NORMS if kind is not Normalization.SPECTRAL]
    style = st.builds(
        DiscriminatorStyle,
        normalization=st.sampled_from(PLAIN_NORMS),
        output=st.sampled_from([Output.PROBABILITY, Output.LOGIT]),
        patch=st.none() | natural,
        base_channels=st.none() | natural,
        max_channels=st.none() | natural,
    )
    if search.initial_size in (None, chain.initial_size) and draw(st.booleans()):
        initial_map = InitialMap(channels=draw(natural), size=chain.initial_size)
        start: dict[str, Any] = {"initial_map": initial_map}
    else:
        start = {"latent_dim": draw(natural), "classes": draw(st.none() | st.integers(2, 1_000))}
    if "latent_dim" in start and not dilated and draw(st.booleans()):
        return start | draw(r3gan_options())
    if "latent_dim" in start and draw(st.booleans()):
        return start | draw(residual_options(start["classes"]))
    return {
        **start,
        "upsampling": draw(st.sampled_from(Upsampling)),
        "normalization": draw(st.sampled_from(kinds)),
        "output_activation": draw(st.sampled_from(OutputActivation)),
        "discriminator": draw(st.none() | style),
        "encoder": draw(st.booleans()),
        "initialization": draw(
            st.builds(
                Initializations,
                generator=st.none() | st.sampled_from(Initialization),
                discriminator=st.none() | st.sampled_from(Initialization),
            )
        ),
    }


def factors(
    options: dict[str, Any], chain: Chain, search: SearchSpace
) -> st.SearchStrategy[tuple[int, ...] | None]:
    """None, or the factor of a chain of exact windows from a given map."""
    exact = all(window.offset == 0 for step in chain.windows for window in step)
    if "initial_map" not in options or not exact or search.exact is Exact.ANY:
        return st.none()
    pairs = zip(chain.target, chain.initial_size, strict=True)
    return st.sampled_from([None, tuple(goal // side for goal, side in pairs)])


@st.composite
def designs(draw: st.DrawFn) -> tuple[Brief, Chain]:
    """Any brief with some chain that ends at its resolution."""
    axes, dilated = draw(st.integers(1, 3)), draw(st.booleans())
    any_step = st.tuples(*[windows(dilated=dilated)] * axes)
    steps = draw(st.lists(any_step, min_size=1, max_size=6))
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
    search = draw(spaces(axes, dilated=dilated))
    limit = st.none() | st.integers(1, 2**63 - 1)
    budget = st.builds(Budget, parameters=limit, multiply_adds=limit)
    options = draw(network_options(chain, search, dilated=dilated))
    variational = options["encoder"] and draw(st.booleans())
    brief = Brief(
        resolution=chain.target,
        factor=draw(factors(options, chain, search)),
        **options,
        variational=variational,
        channels=draw(st.integers(1, 4)),
        base_channels=draw(natural),
        max_channels=draw(natural),
        search=search,
        budget=draw(st.none() | budget),
        windows=draw(st.sampled_from([None, chain.windows])),
        verify=draw(st.sampled_from(Level)),
    )
    return brief, chain
