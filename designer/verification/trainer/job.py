"""The job of the trainer: the networks of a source, fitted to fixed pictures from one seed.

Job and result are JSON values. The text is one that this package rendered.
"""

from __future__ import annotations

from functools import partial
from math import exp, log

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import load_text, run_or_error
from designer.verification.trainer.fit import (
    SET_LOSSES,
    Schedule,
    fit_network,
    set_signs,
    share_on_right_side,
)
from designer.verification.trainer.jacobian import (
    condition_number,
    directional_derivatives,
    input_directions,
)
from designer.verification.trainer.pictures import fixed_pictures, picture_digest
from designer.verification.trainer.spectrum import spectrum_error

LATENT_SEED = 0
"""Seed of the fixed latent vectors and of the directions of the Jacobian, the same in every run."""


def run_trial(job: dict[str, JsonValue], *, threads: int = 1) -> dict[str, JsonValue]:
    """The losses, errors and condition numbers of one seed, or ``{"error": …}`` if the text raises.

    Raises:
        ProbeFailed: if memory runs out.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            found = run_or_error(lambda: _fit_both(job))
    finally:
        torch.set_num_threads(before)
    return {**found, "torch_version": torch.__version__}


def _fit_both(job: dict[str, JsonValue]) -> dict[str, JsonValue]:
    generator, discriminator = job["generator"], job["discriminator"]
    pictures = fixed_pictures(job["pictures"], generator["output_shape"])
    found: dict[str, JsonValue] = {"sha256": picture_digest(pictures)}
    found["generator"] = _fit_generator(job, generator, pictures)
    found["discriminator"] = discriminator and _fit_discriminator(job, discriminator, pictures)
    return found


def _build(job: dict[str, JsonValue], network: dict[str, JsonValue]) -> nn.Module:
    """A new network with the initial weights of the seed."""
    module = load_text(job["text"])
    torch.default_generator.manual_seed(job["seed"])
    model: nn.Module = getattr(module, network["class_name"])()
    return model.apply(module.weights_init)


def _schedule(job: dict[str, JsonValue]) -> Schedule:
    return Schedule(
        steps=job["steps"], learning_rate=job["learning_rate"], points=job["points"][:-1]
    )


def _labels(network: dict[str, JsonValue], count: int) -> tuple[torch.Tensor, ...]:
    """The further arguments of ``forward``: with classes, the labels 0, 1, 2 … in turn."""
    classes = network["classes"]
    return () if classes is None else (torch.arange(count) % classes,)


def _fit_generator(
    job: dict[str, JsonValue], network: dict[str, JsonValue], pictures: torch.Tensor
) -> dict[str, JsonValue]:
    """Fit latent vectors to pictures, in training mode; values from 0 to 1 count from -1 to 1."""
    model = _build(job, network)
    random = torch.Generator().manual_seed(LATENT_SEED)
    latents = torch.randn([len(pictures), *network["input_shape"]], generator=random)
    labels = _labels(network, len(pictures))
    low = network["lowest"]

    def outputs() -> torch.Tensor:
        made: torch.Tensor = model(latents, *labels)
        return 2 * made - 1 if low == 0 else made

    curve = fit_network(model, lambda: nn.functional.mse_loss(outputs(), pictures), _schedule(job))
    with torch.no_grad():
        error = spectrum_error(outputs(), pictures)
    directions = input_directions(latents[0].shape, job["directions"], random)
    condition = _condition(model, latents[: job["jacobians"]], labels, directions)
    return {"curve": curve, "spectrum_error": error, "condition": condition}


def _condition(
    model: nn.Module,
    latents: torch.Tensor,
    labels: tuple[torch.Tensor, ...],
    directions: torch.Tensor,
) -> float | None:
    """The geometric mean of the condition numbers at the latents, in evaluation and in float64."""
    model.double().eval()
    logarithms = []
    for index, latent in enumerate(latents.double()):

        def forward(inputs: torch.Tensor, index: int = index) -> torch.Tensor:
            given = [each[index].expand(len(inputs)) for each in labels]
            made: torch.Tensor = model(inputs, *given)
            return made

        found = condition_number(directional_derivatives(forward, latent, directions))
        if found is None:
            return None
        logarithms.append(log(found))
    return exp(sum(logarithms) / len(logarithms))


def _fit_discriminator(
    job: dict[str, JsonValue], network: dict[str, JsonValue], pictures: torch.Tensor
) -> dict[str, JsonValue]:
    """Fit a network that tells the first half of the pictures from the second, in one batch."""
    model = _build(job, network)
    kind = SET_LOSSES[network["output"]]
    inputs = pictures if network["lowest"] != 0 else (pictures + 1) / 2
    score = partial(model, inputs, *_labels(network, len(pictures)))

    def loss() -> torch.Tensor:
        scores = score()
        return kind.loss(scores, set_signs(scores))

    curve = fit_network(model, loss, _schedule(job))
    with torch.no_grad():
        share = share_on_right_side(score(), kind.threshold)
    return {"curve": curve, "accuracy": share}
