"""Search spaces for video, spectrograms, audio and decoders; growth of the number of steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.brief.search_space import Exact, Overlap, SearchSpace
from designer.chains import ChainQuery, search_chains, solve_chain
from designer.chains.count import count_chains
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from tests.chains.random_spaces import WIDTHS


def sizes_of(target: tuple[int, ...], space: SearchSpace) -> list[tuple[int, ...]]:
    return list(solve_chain(target, space=space, widths=WIDTHS).chain.sizes)


def test_a_video_s_time_grows_slower_than_its_picture() -> None:
    """16×64×64 with independent axes: time is unchanged in layers where the picture grows."""
    space = SearchSpace.default(axes=3, anisotropic=True)
    solution = solve_chain((16, 64, 64), space=space, widths=WIDTHS)
    assert solution.departure == 0
    assert all(4 <= side <= 8 for side in solution.chain.initial_size)


def test_a_spectrogram_s_axes_differ_by_a_factor_of_160() -> None:
    space = SearchSpace.default(axes=2, anisotropic=True)
    solution = solve_chain((80, 12800), space=space, widths=WIDTHS)
    assert min(solution.chain.initial_size) >= 4
    assert max(solution.chain.initial_size) <= 9


def test_an_audio_hop_is_factored_exactly() -> None:
    """600 samples per frame are whole factors with product 600."""
    space = replace(SearchSpace.default(axes=1), exact=Exact.REQUIRE, initial_size=(32,))
    solution = solve_chain((32 * 600,), space=space, widths=WIDTHS)
    product = 1
    for (window,) in solution.chain.windows:
        product *= window.stride
    assert product == 600
    assert solution.exact_steps == len(solution.chain.windows)


def test_a_decoder_from_a_given_map() -> None:
    space = replace(SearchSpace.default(axes=2), initial_size=(8, 6))
    assert sizes_of((32, 24), space) == [(8, 6), (16, 12), (32, 24)]


def test_exact_without_output_padding_is_the_papers_rule() -> None:
    """A = 0 and c = 0: F − S − 2P = 0 in every layer."""
    space = replace(SearchSpace.default(axes=2), exact=Exact.REQUIRE, output_padding=False)
    for window, _ in solve_chain((96, 96), space=space, widths=WIDTHS).chain.windows:
        assert window.kernel_size - window.stride - 2 * window.padding == 0


def test_even_overlap_allows_only_kernels_that_the_stride_divides() -> None:
    space = replace(SearchSpace.default(axes=2), overlap=Overlap.EVEN)
    problem = SearchProblem(target=(24, 24), space=space, widths=WIDTHS)
    for chain in rank_chains(problem):
        assert all(w.kernel_size % w.stride == 0 for step in chain.windows for w in step)


@pytest.mark.parametrize("target", [(64, 64), (218, 178), (1080, 1920), (16384, 16384)])
def test_the_number_of_steps_grows_with_the_logarithm(target: tuple[int, int]) -> None:
    """From 64² to 16384², count and optimum need at most twenty times the steps."""
    space = SearchSpace.default(axes=2)
    problem = SearchProblem(target=target, space=space, widths=WIDTHS)
    next(rank_chains(problem))
    count_chains(problem)
    assert problem.step_limit.spent < 20 * 300


def test_a_search_returns_every_field() -> None:
    search = search_chains(
        ChainQuery(target=(1080, 1920), space=SearchSpace.default(axes=2), widths=WIDTHS)
    )
    assert search.count == 49813310421
    assert len(search.solutions) == 10
    assert search.solutions[0].departure == min(found.departure for found in search.frontier)
    assert len(search.frontier) == 29
