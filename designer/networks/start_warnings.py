"""Warnings about networks that are mute at step 0: a faint output, or a gradient that does not arrive."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks.gan import Gan
from designer.networks.signal import gradient_share, start_deviation
from designer.reasons import Reason, make_reason

LEAST_DEVIATION = 0.01
"""Of the generator's output, for an input of deviation one."""

LEAST_GRADIENT_SHARE = 0.01
"""Of the norm of a network's output gradient that reaches its input."""


def start_warnings(gan: Gan) -> tuple[Reason, ...]:
    """The warnings about a Gan, by formula; what has no formula causes none.

    >>> from designer.brief.model import Brief
    >>> from designer.chains import solve_chain
    >>> from designer.networks.from_brief import assemble_networks
    >>> brief = Brief(resolution=64, latent_dim=100, normalization="none", initialization="dcgan")
    >>> chain = solve_chain((64, 64), space=brief.space, widths=brief.widths).chain
    >>> [warning.code for warning in start_warnings(assemble_networks(brief, chain))]
    ['mute_start', 'vanishing_gradient']
    """
    return tuple(_warnings(gan))


def _warnings(gan: Gan) -> Iterator[Reason]:
    deviation = start_deviation(gan.generator)
    if deviation is not None and deviation < LEAST_DEVIATION:
        yield make_reason("mute_start", deviation=round_signal(deviation), least=LEAST_DEVIATION)
    for role, network in gan.networks.items():
        share = gradient_share(network)
        if share is not None and share < LEAST_GRADIENT_SHARE:
            yield make_reason(
                "vanishing_gradient",
                network=make_reason(role),
                share=round_signal(share),
                least=LEAST_GRADIENT_SHARE,
            )


def round_signal(number: float) -> float:
    """Three digits: the last ones of a float differ between machines."""
    return float(f"{number:.3g}")
