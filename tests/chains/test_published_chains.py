"""Published chains are found, default answers have no anomalies, torch produces the sizes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
import torch

from benchmarks.anomalies import GROUPS, find_anomalies
from benchmarks.published import find_published, published_chains, rank_published
from benchmarks.rank import rank_of
from designer.brief.search_space import Exact, SearchSpace
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.geometry.layers import Size
from tests.chains.random_spaces import WIDTHS
from tests.support import soak_count

PUBLISHED = dict(published_chains())
NOT_GROWING = {"ali-cifar32-g"}
"""Published generators with a layer that keeps its map's size, which no search space allows."""

FIRST = {
    "pytorch-examples-dcgan64-g",
    "wgan-dcgan256-g",
    "chenyuntc-animegan96-g",
    "natsu-infogan-mnist28-g",
    "carpedm20-dcgan-108-g",
    "wavegan-pt-16384-g",
}


def test_at_least_19_published_chains_are_tested() -> None:
    assert len(PUBLISHED) >= 19


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_chain_is_in_the_space_of_its_windows(name: str) -> None:
    """The search finds the chain among its own windows, and ranks the textbook ones first."""
    found = find_published(name, PUBLISHED[name])
    assert found.held == (name not in NOT_GROWING)
    assert found.count >= 1
    assert name not in FIRST or rank_published(found.chain) == 1


@pytest.mark.parametrize(
    ("target", "space"),
    [
        ((13,), SearchSpace(kernel_sizes=(3, 4), strides=(2, 3), max_layers=3)),
        ((11,), SearchSpace(kernel_sizes=(3, 4), strides=(2,), exact=Exact.ANY, max_layers=3)),
        ((12, 9), SearchSpace(kernel_sizes=(2, 4), strides=(2,), max_layers=3)),
        ((24, 24), SearchSpace.default(axes=2)),
    ],
)
def test_rank_equals_position_in_the_list(target: Size, space: SearchSpace) -> None:
    """The number of chains before a chain gives its position in the list."""
    problem = SearchProblem(target=target, space=space, widths=WIDTHS)
    listed = list(islice(rank_chains(problem), 300))
    assert len(listed) > 20
    for place in range(0, len(listed), 9):
        assert rank_of(problem, listed[place]) == place + 1


@pytest.mark.parametrize("name", GROUPS)
def test_default_answers_have_no_anomaly(name: str) -> None:
    """No |c| ≥ S, uneven overlap or unread positions; initial sides of at least 4 for sides above 9."""
    targets: Iterator[Size] = GROUPS[name]()
    found = find_anomalies(islice(targets, soak_count(250, 2000)))
    assert (found.steps, found.uneven, found.unread, found.small) == (0, 0, 0, 0)
    assert found.farthest_offset <= 1


@pytest.mark.torch
@pytest.mark.parametrize("target", [(45,), (31, 22), (97, 64), (9, 12, 10)])
def test_torch_gives_every_chain_s_sizes(target: Size) -> None:
    """The first chains, run layer by layer with one channel."""
    layer = (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d)
    axes = len(target)
    space = SearchSpace.default(axes=axes)
    problem = SearchProblem(target=target, space=space, widths=WIDTHS)
    for chain in islice(rank_chains(problem), soak_count(25, 300)):
        maps = torch.zeros(1, 1, *chain.initial_size)
        for windows, size in zip(chain.windows, chain.sizes[1:], strict=True):
            names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
            fields = {name: tuple(getattr(w, name) for w in windows) for name in names}
            maps = layer[axes - 1](1, 1, **fields)(maps)
            assert tuple(maps.shape[2:]) == size
