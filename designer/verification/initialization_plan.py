"""What ``weights_init`` must draw, tensor by tensor, and how many numbers of it are examined.

The counts follow from the design alone. The probe gets them in its job, and the comparison outside
derives its bounds from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, gcd, prod, sqrt

from designer.networks import Network
from designer.validation.json_readers import JsonValue

NUMBERS = 180_000
"""Numbers of a tensor that are pooled: 1 % of a deviation is then six standard errors, σ/√(2n)."""

MORE_NUMBERS = 4 * NUMBERS
"""Numbers that are pooled if the deviation of the first ones is suspicious."""

SUSPICIOUS_STANDARD_ERRORS = 2.5
"""An error of 1 % in the deviation is less than this for one draw in 4,000."""

MAX_SINGLE_DRAWS = 32
"""Calls of ``weights_init`` for one layer, one after another; further draws are vectorized."""

COMMON_PREFIX = 4_096
"""First numbers of each tensor that are compared with those of the others."""

TIE_SAMPLE = 2**13
"""Numbers among which ties are counted."""

PAIR_STEP = 16
PAIR_CHOICE = 32
"""Pairs of successive numbers are chosen at every 16th place, by chance one of 32 of them."""

_COUNTED = 2**17
_COMPARED = 2**15
_MAX_ROWS = 256
_COLUMNS = range(128, 4_096 + 1)
_SAMPLE = 2**15


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialTensor:
    """A tensor of a layer and the normal distribution that its numbers are drawn from.

    ``axes``: lengths by name. Of ``copies`` consecutive kernels only the first is examined, because
    the others are copied from it. A ``deviation`` of zero makes the tensor constant.
    """

    layer: str
    tensor: str
    mean: float
    deviation: float
    axes: dict[str, int]
    copies: int = 1

    @property
    def name(self) -> str:
        """Layer and tensor, as receipts name them."""
        return f"{self.layer} {self.tensor}"

    @property
    def size(self) -> int:
        """Numbers of one draw."""
        return prod(self.axes.values())

    @property
    def pooled_draws(self) -> int:
        """Draws whose numbers are pooled."""
        return ceil(NUMBERS / self.size) if self.deviation else 2

    @property
    def draws(self) -> int:
        """Draws altogether: at least two, because successive ones are compared."""
        return max(2, self.pooled_draws)

    @property
    def single_draws(self) -> int:
        """Draws by one call each."""
        return min(self.draws, MAX_SINGLE_DRAWS)

    @property
    def pooled(self) -> int:
        """Numbers that are pooled."""
        return self.pooled_draws * self.size

    @property
    def more_draws(self) -> int:
        """Further draws that are pooled with the first ones if their deviation is suspicious."""
        return max(0, ceil(MORE_NUMBERS / self.size) - self.pooled_draws)

    @property
    def all_pooled(self) -> int:
        """Numbers that are pooled then."""
        return self.pooled + self.more_draws * self.size

    @property
    def unsuspicious_error(self) -> float:
        """Largest relative error of the deviation for which no more is drawn."""
        return SUSPICIOUS_STANDARD_ERRORS / sqrt(2 * self.pooled)

    @property
    def four_axes(self) -> tuple[int, int, int, int]:
        """Lengths of the pooled draws: a vector has only the second axis of a tensor."""
        lengths = [*self.axes.values()]
        first, second, *taps = [1, *lengths] if len(lengths) == 1 else lengths
        return self.pooled_draws, first, second, prod(taps)

    @property
    def step(self) -> int:
        """Every ``step``-th row is counted by its values: a row is one first index in one draw."""
        return max(1, self.pooled // _COUNTED)

    @property
    def counted(self) -> int:
        """Numbers that are counted by their values."""
        draws, first, second, taps = self.four_axes
        return ceil(draws * first / self.step) * second * taps

    @property
    def compared_step(self) -> int:
        """Every ``compared_step``-th number of a single draw is compared with the next draw's.

        It has no divisor in common with the size, so that no index of any axis is left out.
        """
        steps = range(max(1, self.size // _COMPARED), 0, -1)
        return next(step for step in steps if gcd(step, self.size) == 1)

    @property
    def compared(self) -> int:
        """Numbers in each of two halves of the single draws, which are compared."""
        return self.single_draws // 2 * ceil(self.size / self.compared_step)

    @property
    def samples(self) -> dict[str, tuple[int, tuple[int, ...]]]:
        """For each axis longer than one: its place, and how many of each of four axes are sampled.

        The rows of the sample are indices of the axis, its columns all others.
        """
        first = 1 if len(self.axes) > 1 else 2
        return {
            name: (place, self._sample(place))
            for place, name in enumerate(self.axes, first)
            if self.axes[name] > 1
        }

    def _sample(self, axis: int) -> tuple[int, ...]:
        counts = [*self.four_axes]
        counts[axis] = min(counts[axis], _MAX_ROWS)
        needed = min(_COLUMNS[-1], max(_COLUMNS[0], _SAMPLE // counts[axis]))
        for other in reversed(range(len(counts))):
            if other != axis:
                counts[other] = min(counts[other], needed)
                needed = ceil(needed / counts[other])
        return tuple(counts)


def planned_tensors(network: Network) -> list[InitialTensor]:
    """Every trainable tensor of the network, in order."""
    copies = icnr_copies(network)
    return [
        InitialTensor(
            layer=placed.name,
            tensor=name,
            mean=mean,
            deviation=deviation,
            axes=_drawn_axes(placed.module.weight_axes, copies.get(placed.name, 1))
            if deviation
            else {"channels": size},
            copies=copies.get(placed.name, 1) if deviation else 1,
        )
        for placed in network.placed_modules
        for (name, (mean, deviation)), size in zip(
            placed.module.initial_weights.items(), placed.module.weights, strict=True
        )
    ]


def _drawn_axes(axes: dict[str, int], copies: int) -> dict[str, int]:
    return {
        name: length // copies if name == "kernels" else length for name, length in axes.items()
    }


def icnr_copies(network: Network) -> dict[str, int]:
    """For each layer before a pixel shuffle, how many consecutive kernels are initialized alike."""
    pairs = pairwise(network.placed_modules)
    return {placed.name: after.module.copies for placed, after in pairs if after.module.copies}


def describe_tensors(tensors: list[InitialTensor]) -> dict[str, dict[str, JsonValue]]:
    """The plan of each tensor as JSON, by layer and tensor: a part of the probe's job."""
    found: dict[str, dict[str, JsonValue]] = {}
    for planned in tensors:
        found.setdefault(planned.layer, {})[planned.tensor] = {
            "mean": planned.mean,
            "deviation": planned.deviation,
            "copies": planned.copies,
            "draws": planned.draws,
            "single_draws": planned.single_draws,
            "pooled_draws": planned.pooled_draws,
            "more_draws": planned.more_draws,
            "unsuspicious_error": planned.unsuspicious_error,
            "step": planned.step,
            "compared_step": planned.compared_step,
            "prefix": min(planned.size, COMMON_PREFIX),
            "tie_sample": TIE_SAMPLE,
            "pair_step": PAIR_STEP,
            "pair_choice": PAIR_CHOICE,
            "samples": {
                name: [place, [*counts]] for name, (place, counts) in planned.samples.items()
            },
        }
    return found
