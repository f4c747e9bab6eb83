"""A chain with its figures and the reasons for its rank."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains.preference_order import (
    initial_key,
    layer_key,
    pack_key,
    unpack_key,
    window_columns,
)
from designer.chains.rank_explanation import explain_rank
from designer.chains.reference_design import ReferenceDesign, reference_design
from designer.geometry.chain import Chain
from designer.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A chain, the cost of its generator (stem included), and the reasons for its rank.

    ``exact_steps`` counts the layers that multiply every side by their stride exactly (c = 0);
    ``even_overlap`` is true if every layer has even overlap. ``reasons`` has one entry for each
    step of the order.
    """

    chain: Chain
    departure: int
    exact_steps: int
    even_overlap: bool
    parameters: int
    multiply_adds: int
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences of the reasons."""
        return tuple(reason.sentence for reason in self.reasons)


def evaluate_chain(chain: Chain, *, space: SearchSpace, widths: Widths) -> Solution:
    """The figures and the rank reasons of a chain, from the solver or from a caller.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> chain = Chain(sizes=((4, 4), (8, 8)), windows=(step,))
    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> evaluate_chain(chain, space=SearchSpace.default(axes=2), widths=widths).multiply_adds
    151552
    """
    reference = reference_design(space, axes=chain.axes, widths=widths)
    key = chain_key(chain, reference=reference, widths=widths)
    exact = [all(window.offset == 0 for window in step) for step in chain.windows]
    fields = unpack_key(key)
    parameters, multiply_adds = chain_figures(chain, widths)
    return Solution(
        chain=chain,
        departure=fields["departure"],
        exact_steps=sum(exact),
        even_overlap=all(w.overlaps_evenly for step in chain.windows for w in step),
        parameters=parameters,
        multiply_adds=multiply_adds,
        reasons=explain_rank(chain, fields, all(exact), reference, transposed=widths.is_compared),
    )


def chain_key(chain: Chain, *, reference: ReferenceDesign, widths: Widths) -> int:
    """The key of a whole chain (layers and initial map), as transposed convolutions."""
    layers = len(chain.windows)
    stem = widths.stem_multiply_adds(layers, chain.initial_size)
    key = initial_key(chain.initial_size, stem, reference)
    for index, windows in enumerate(chain.windows):
        offsets = tuple(window.offset for window in windows)
        taps = prod(window.kernel_size for window in windows)
        cost = widths.channel_pairs(layers - 1 - index) * taps * prod(chain.sizes[index])
        key += layer_key(window_columns(windows), offsets, reference) + pack_key(multiply_adds=cost)
    return key


def chain_parameters(chain: Chain, widths: Widths) -> int:
    """Parameters of a chain's generator, stem included."""
    layers = len(chain.windows)
    widths = widths.with_levels(layers)
    return widths.stem_parameters(layers, chain.initial_size) + sum(
        widths.layer_parameters(layers - 1 - index, windows)
        for index, windows in enumerate(chain.windows)
    )


def chain_figures(chain: Chain, widths: Widths) -> tuple[int, int]:
    """(parameters, multiply_adds) of a chain's generator, stem included."""
    layers = len(chain.windows)
    widths = widths.with_levels(layers)
    multiply_adds = widths.stem_multiply_adds(layers, chain.initial_size) + sum(
        widths.layer_multiply_adds(layers - 1 - index, windows, chain.sizes[index])
        for index, windows in enumerate(chain.windows)
    )
    return chain_parameters(chain, widths), multiply_adds
