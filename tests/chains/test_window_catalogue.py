"""The layers of a catalogue: the best one is the first of all, for any strides and offsets."""

from __future__ import annotations

from itertools import product

import pytest

from designer.brief.search_space import Exact, Overlap, SearchSpace
from designer.chains.search_problem import SearchProblem
from tests.chains.random_spaces import NARROW


@pytest.mark.parametrize("anisotropic", [False, True])
@pytest.mark.parametrize("overlap", [Overlap.PREFER, Overlap.ANY])
@pytest.mark.parametrize("kernels", [(2, 3, 4, 5, 6), (5,), (3, 7), (6, 9)])
@pytest.mark.parametrize("dilations", [(1,), (1, 2)])
def test_the_best_layer_is_the_first_of_all(
    anisotropic: bool, overlap: Overlap, kernels: tuple[int, ...], dilations: tuple[int, ...]
) -> None:
    """Overlap and unread positions come before the distance of a kernel, axis by axis or not."""
    space = SearchSpace(
        kernel_sizes=kernels, strides=(1, 2, 3, 4), dilations=dilations, exact=Exact.PREFER,
        overlap=overlap, max_layers=1, anisotropic=anisotropic,
    )  # fmt: skip
    catalogue = SearchProblem(target=(24, 24), space=space, widths=NARROW).catalogue
    compared = 0
    pairs = product((2, 3, 4), repeat=2) if anisotropic else ((s, s) for s in (2, 3, 4))
    for strides in pairs:
        for offsets in product(*(range(1 - stride, stride) for stride in strides)):
            layers = catalogue.layers(strides, offsets)
            assert len(layers) == catalogue.count_layers(strides, offsets)
            if layers:
                assert catalogue.best_layer(strides, offsets) == layers[0]
                assert layers[0].rank == min(layer.rank for layer in layers)
                compared += 1
    assert compared
