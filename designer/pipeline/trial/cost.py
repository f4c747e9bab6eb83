"""The cost of a trial, predicted from the networks alone, and the refusal of expensive ones."""

from __future__ import annotations

from dataclasses import dataclass

from designer.errors import TrialTooExpensive
from designer.networks import Gan
from designer.networks.memory import training_memory
from designer.pipeline.trial.limits import (
    JACOBIAN_LATENTS,
    MAX_DIRECTIONS,
    MAX_TRIAL_BYTES,
    MAX_TRIAL_MULTIPLY_ADDS,
)

_PASSES_OF_A_STEP = 3
"""A forward pass, and a backward pass of twice its cost."""

_PASSES_OF_A_DIRECTION = 4
"""A forward pass and two backward passes, the first without gradients of weights."""

_FLOAT64_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCost:
    """Predicted multiply-adds and bytes of one seed."""

    multiply_adds: int
    bytes: int


def predict_cost(gan: Gan, *, pictures: int, steps: int) -> TrialCost:
    """The cost of one seed: ``steps`` passes of all pictures through both networks, and the Jacobian.

    >>> from designer import design
    >>> gan = design(28, channels=1, verify="none").gan
    >>> predict_cost(gan, pictures=32, steps=200).multiply_adds
    278095462400
    """
    trained = [each for each in (gan.generator, gan.discriminator) if each is not None]
    numbers = gan.generator.input_map.elements
    directions = min(numbers, MAX_DIRECTIONS)
    fitted = _PASSES_OF_A_STEP * steps * pictures * sum(each.multiply_adds for each in trained)
    differentiated = _PASSES_OF_A_DIRECTION * JACOBIAN_LATENTS * directions
    memories = [training_memory(each) for each in trained]
    matrices = directions * (numbers + gan.generator.output_map.elements)
    return TrialCost(
        multiply_adds=fitted + differentiated * gan.generator.multiply_adds,
        bytes=max(each.fixed_bytes + pictures * each.sample_bytes for each in memories)
        + 2 * _FLOAT64_BYTES * matrices,
    )


def refuse_expensive(cost: TrialCost, *, steps: int) -> None:
    """Refuse a trial one seed of which exceeds a limit.

    Raises:
        TrialTooExpensive: with the predicted figure and the limit.
    """
    if cost.multiply_adds > MAX_TRIAL_MULTIPLY_ADDS:
        raise TrialTooExpensive(
            "trial_multiply_adds",
            multiply_adds=cost.multiply_adds,
            maximum=MAX_TRIAL_MULTIPLY_ADDS,
            steps=steps,
        )
    if cost.bytes > MAX_TRIAL_BYTES:
        raise TrialTooExpensive("trial_bytes", bytes=cost.bytes, maximum=MAX_TRIAL_BYTES)
