"""The signal of a network at step 0: second moments of its maps and of their gradients, by formula.

Expected over weights and samples, in the middle of the maps. A convolution multiplies a second moment
by fan-in·σ², and that of a gradient by fan-out·σ²; a norm sets it to one over the whole map, whose middle
is stronger than its border. What has no formula,
such as a spectral norm, is None, and so is all that follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod, sqrt

from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip
from designer.networks.interpolated_moments import interpolated_gradient, interpolated_moment
from designer.networks.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Second moments around one module: of the maps before and after it, and of the input's gradient.

    The network's input and the gradient of its output have second moments of one.
    """

    before: float | None
    after: float | None
    gradient: float | None


def network_signals(network: Network) -> dict[str, Signal]:
    """The signals of the modules between a network's input and output, by name.

    >>> from designer.brief.model import Brief
    >>> from designer.chains import solve_chain
    >>> from designer.networks.gan import assemble_gan
    >>> brief = Brief(resolution=64, latent_dim=100)
    >>> gan = assemble_gan(solve_chain((64, 64), space=brief.space, widths=brief.widths).chain, brief.widths)
    >>> signals = network_signals(gan.generator)
    >>> round(signals["main.0"].after, 3), round(signals["main.1"].after, 2)
    (0.04, 1.0)
    """
    return _Walk.through(network).signals


def signal_path(network: Network) -> list[PlacedModule]:
    """The modules between input and output, without those for labels and the parts of norms."""
    inside = {
        part.name
        for placed in network.placed_modules
        if placed.module.reads_labels
        for part in placed.parts
    }
    return [
        placed
        for placed in network.placed_modules
        if not placed.module.of_labels and placed.name not in inside
    ]


class _Walk:
    """Moments on the way from input to output, and of gradients on the way back.

    Two paths that are added are independent: so are their moments added. The numbers of an interpolated
    map are not, so all interpolations so far are remembered.
    """

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        self._interpolated: list[PlacedModule] = []
        self._gradients_interpolated: list[PlacedModule] = []
        self.gradient: float | None = None
        """That of the network's input."""

    @classmethod
    def through(cls, network: Network) -> _Walk:
        """The walk through a network, whose input has a moment of one, as the gradient of its output."""
        walk = cls()
        inside = {placed.name for entry in network.entries for placed in entry.modules}
        last = [placed for placed in signal_path(network) if placed.name not in inside]
        entries = [*network.entries, *last]
        walk._forward(entries, 1.0)
        walk.gradient = walk._backward(entries, 1.0)
        return walk

    def _forward(self, entries: Iterable[NetworkEntry], moment: float | None) -> float | None:
        for entry in entries:
            if isinstance(entry, PlacedSkip):
                moment = self._joined(entry, moment)
                continue
            if isinstance(entry, PlacedPaths):
                both = [self._forward(path, moment) for path in (entry.body, entry.shortcut)]
                moment = _sum(both)
                continue
            after = None if moment is None else self._after(entry, moment)
            self.signals[entry.name] = Signal(before=moment, after=after, gradient=None)
            self._note_parts(entry, moment)
            moment = after
        return moment

    def _joined(self, skip: PlacedSkip, moment: float | None) -> float | None:
        """The moment after a join of a map with what a body of weights of mean zero gives."""
        body = self._forward(skip.body, moment)
        if moment is None or body is None:
            return None
        last = skip.body[-1].after.channels
        return skip.skips.joined_moment((moment, skip.before.channels), (body, last))

    def _after(self, placed: PlacedModule, moment: float) -> float | None:
        if placed.module.interpolation is None:
            return placed.module.signal_after(moment, placed.before)
        row = self._interpolated
        before = interpolated_moment(row)
        row.append(placed)
        return moment * interpolated_moment(row) / before

    def _before(self, placed: PlacedModule, gradient: float, moment: float) -> float | None:
        if placed.module.interpolation is None:
            return placed.module.gradient_before(gradient, moment, placed.before)
        row = self._gradients_interpolated
        after = interpolated_gradient(row)
        row.insert(0, placed)
        return gradient * interpolated_gradient(row) / after

    def _note_parts(self, entry: PlacedModule, moment: float | None) -> None:
        """The parts of a module get no gradient at step 0; what the last one reads has no formula.

        Those of a norm are the norm itself and what is looked up for labels.
        """
        if entry.module.reads_labels:
            return
        for placed in entry.parts:
            last = placed is entry.parts[-1]
            before = None if last else moment
            after = None if before is None else placed.module.signal_after(before, placed.before)
            self.signals[placed.name] = Signal(before=before, after=after, gradient=0.0)

    def _backward(self, entries: Sequence[NetworkEntry], gradient: float | None) -> float | None:
        for entry in reversed(entries):
            if isinstance(entry, PlacedSkip):
                gradient = _sum([gradient, self._backward(entry.body, gradient)])
                continue
            if isinstance(entry, PlacedPaths):
                both = [self._backward(path, gradient) for path in (entry.body, entry.shortcut)]
                gradient = _sum(both)
                continue
            found = self.signals[entry.name]
            if gradient is not None and found.before is not None:
                gradient = self._before(entry, gradient, found.before)
            else:
                gradient = None
            self.signals[entry.name] = replace(found, gradient=gradient)
        return gradient


def _sum(moments: list[float | None]) -> float | None:
    known = [moment for moment in moments if moment is not None]
    return sum(known) if len(known) == len(moments) else None


def start_deviation(network: Network) -> float | None:
    """Deviation of the network's output, for an input of deviation one; None: it has no formula."""
    row = signal_path(network)
    signal = network_signals(network)[row[-1].name]
    if signal.after is None or signal.before is None:
        return None
    return sqrt(max(0.0, signal.after - row[-1].module.mean_after(signal.before) ** 2))


def gradient_share(network: Network) -> float | None:
    """What arrives at the input of the norm of the output's gradient; None: it has no formula."""
    gradient = _Walk.through(network).gradient
    if gradient is None:
        return None
    elements = prod(network.joined_map.shape) / prod(network.output_map.shape)
    return sqrt(gradient * elements)
