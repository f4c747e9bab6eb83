"""One seed of a trial, in the verifying process: its job, and the reply."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from designer.brief.options import OutputActivation
from designer.errors import ProbeFailed
from designer.networks import Gan, Network
from designer.pipeline.trial.limits import (
    CURVE_POINTS,
    JACOBIAN_LATENTS,
    LEARNING_RATE,
    MAX_DIRECTIONS,
)
from designer.pipeline.trial.request import Trial
from designer.validation.json_readers import JsonObject, JsonValue
from designer.verification import ProbeRunner


def run_trial_seeds(trial: Trial, *, runner: ProbeRunner) -> Iterator[JsonObject]:
    """The run of each seed, as soon as it is done.

    Raises:
        Accident: if the verifying process crashed or timed out, or its queue is full.
    """
    for seed in range(trial.seeds):
        yield run_seed(trial, seed, runner=runner)


def run_seed(trial: Trial, seed: int, *, runner: ProbeRunner) -> JsonObject:
    """The curves and figures of one seed, which sets the initial weights of both networks.

    Raises:
        Accident: if the verifying process crashed or timed out, or its queue is full.
    """
    reply = runner({"trial": trial_job(trial, seed), "level": "trial"})
    found: JsonValue = reply["trial"]
    if "error" in found:
        raise ProbeFailed(f"the networks cannot be fitted: {found['error']}")
    generator, discriminator = found["generator"], found["discriminator"]
    return {
        "seed": seed,
        "generator": {
            "curve": generator["curve"],
            "final_error": generator["curve"][-1],
            "spectrum_error": generator["spectrum_error"],
            "condition": generator["condition"],
        },
        "discriminator": discriminator
        and {
            "curve": discriminator["curve"],
            "final_loss": discriminator["curve"][-1],
            "accuracy": discriminator["accuracy"],
        },
        "pictures_sha256": found["sha256"],
        "torch_version": found["torch_version"],
    }


def trial_job(trial: Trial, seed: int) -> JsonObject:
    """What the trainer gets: the text, the networks, the pictures and the numbers of the fit."""
    gan = trial.gan
    lowest = 0 if gan.output_activation is OutputActivation.SIGMOID else -1
    style = gan.discriminator_style
    return {
        "text": trial.source.text,
        "generator": {
            **_network_document(gan.generator, gan, lowest),
            "input_shape": list(gan.generator.input_map.shape),
            "output_shape": list(gan.generator.output_map.shape),
        },
        "discriminator": gan.discriminator
        and style
        and {**_network_document(gan.discriminator, gan, lowest), "output": str(style.output)},
        "pictures": trial.pictures.document,
        "seed": seed,
        "steps": trial.steps,
        "points": curve_steps(trial.steps),
        "learning_rate": LEARNING_RATE,
        "jacobians": JACOBIAN_LATENTS,
        "directions": MAX_DIRECTIONS,
    }


def _network_document(network: Network, gan: Gan, lowest: int) -> JsonObject:
    return {
        "class_name": network.class_name,
        "classes": gan.widths.classes if network.takes_labels else None,
        "lowest": lowest,
    }


def curve_steps(steps: int) -> list[int]:
    """The numbers of steps after which a curve has a point: at most ``CURVE_POINTS``, equally spaced.

    >>> curve_steps(5), curve_steps(200)[-3:], len(curve_steps(200))
    ([0, 1, 2, 3, 4, 5], [190, 195, 200], 41)
    """
    spacing = ceil(steps / (CURVE_POINTS - 1))
    return [*range(0, steps, spacing), steps]
