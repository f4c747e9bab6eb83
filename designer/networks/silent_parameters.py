"""Parameters without a gradient: biases that a norm removes, and what a gain of zero multiplies.

A bias adds one number to a channel. A norm that centres each channel takes it away again, where
nothing in between makes the number differ from position to position, as padding does; its gradient
is zero but for rounding. That of the other parameters is zero until the first step changes the gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip
from designer.networks.network import Network

_Entries = Sequence[NetworkEntry]


def silent_parameters(network: Network) -> list[str]:
    """Names of the biases that have no effect on the output in training.

    >>> from designer import design
    >>> small = design(32, architecture="resnet", upsampling="resize", verify="none")
    >>> silent_parameters(small.gan.generator)[:3]
    ['main.3.body.3.bias', 'main.3.body.6.bias', 'main.3.shortcut.1.bias']
    """
    return list(_find(network.entries, ()))


def silent_at_start(network: Network) -> list[str]:
    """Names of the parameters that get their first gradient after the first step.

    >>> from designer import design
    >>> small = design(32, architecture="resnet", upsampling="resize", attention=1, verify="none")
    >>> silent_at_start(small.gan.generator)
    ['main.4.theta.weight', 'main.4.phi.weight', 'main.4.g.weight', 'main.4.o.weight']
    """
    inside = [
        f"{placed.name}.{name}"
        for placed in network.placed_modules
        for name in placed.module.silent_at_start
    ]
    blocks = [entry for entry in network.entries if isinstance(entry, PlacedPaths)]
    return inside + [name for block in blocks for name in block.silent_at_start]


def starting_zeros(network: Network) -> dict[str, str]:
    """The parameters that start as zero and silence others, by the container of both.

    >>> from designer import design
    >>> small = design(32, architecture="r3gan", blocks=1, verify="none")
    >>> starting_zeros(small.gan.discriminator)["main.1"]
    'main.1.body.4.weight'
    """
    gains = {
        placed.name: f"{placed.name}.gain"
        for placed in network.placed_modules
        if placed.module.silent_at_start
    }
    blocks = [entry for entry in network.entries if isinstance(entry, PlacedPaths)]
    return gains | {block.name: zero for block in blocks if (zero := block.starting_zero)}


def _find(entries: _Entries, then: _Entries) -> Iterator[str]:
    """The silent biases of entries that are followed by those of ``then``."""
    for place, entry in enumerate(entries):
        rest = (*entries[place + 1 :], *then)
        if isinstance(entry, PlacedPaths):
            for path in (entry.body, entry.shortcut):
                yield from _find(path, rest)
        elif isinstance(entry, PlacedSkip):
            yield from _find(entry.body, rest)
        elif entry.module.adds_to_channels and _is_removed(rest):
            yield f"{entry.name}.bias"


def _is_removed(entries: _Entries) -> bool:
    """Whether a number for each channel, added before these entries, changes nothing after them."""
    for entry in entries:
        if isinstance(entry, PlacedSkip):
            return False  # a strided convolution reads it
        if isinstance(entry, PlacedPaths):
            paths = [_effect(path) for path in (entry.body, entry.shortcut)]
            if "varied" in paths:
                return False
            if "constant" not in paths:
                return True
        else:
            effect = _effect([entry])
            if effect != "constant":
                return effect == "removed"
    return False


def _effect(row: Iterable[PlacedModule]) -> str:
    """What modules in sequence make of a number for each channel: ``removed``, ``constant``, ``varied``."""
    for placed in row:
        if placed.module.centres_channels:
            return "removed"
        if not placed.module.keeps_constants:
            return "varied"
    return "constant"
