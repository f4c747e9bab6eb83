"""The gain of each layer by formula, and how well the probe measures it.

The mean over draws is known to 3 %; where it is further from the formula than two standard errors of
that, more draws tell a wrong layer from chance.
"""

from __future__ import annotations

from designer.networks import Network
from designer.validation.json_readers import JsonValue

STANDARD_ERROR = 0.03
"""Largest relative standard error of a gain."""

_UNSUSPICIOUS = 0.06
_LEAST_ERROR = 0.0125


def layer_gains(network: Network) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """The gain of each convolution by name, of the signal and of the gradient; None: no formula."""
    placed = [each for each, _ in network.convolutions]
    return (
        {each.name: each.module.signal_after(1.0, each.before) for each in placed},
        {each.name: each.module.gradient_before(1.0, 1.0, each.before) for each in placed},
    )


def describe_gains(network: Network) -> dict[str, JsonValue]:
    """For each convolution, when the draws for its two gains are enough: a part of the probe's job."""
    forward, backward = layer_gains(network)
    return {
        name: [
            {
                "gain": gain or 0.0,
                "unsuspicious": _UNSUSPICIOUS,
                "error": STANDARD_ERROR,
                "least_error": _LEAST_ERROR,
            }
            for gain in (forward[name], backward[name])
        ]
        for name in forward
    }
