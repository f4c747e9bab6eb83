"""A trial's figures, compared with plain torch and numpy on data that scikit-learn reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from designer import design
from designer.pipeline.trial import DataSet, Trial, make_trial, run_seed
from designer.source.python_source import PythonSource
from designer.verification import Pool
from designer.verification.trainer.job import run_trial
from tests.support import SOAK, soak_count

pytestmark = pytest.mark.torch

SIZE, STEPS = 16, 40
SMALL: dict[str, Any] = {"channels": 1, "base_channels": 16, "latent_dim": 6, "verify": "none"}
TOLERANCE = 0.05
"""Relative difference of a final figure that another order of sums may make, as docs/training.md says."""


def small_trial(size: int = SIZE, *, steps: int = STEPS, **fields: object) -> Trial:
    return make_trial(design(size, **(SMALL | fields)).id, DataSet.DIGITS, seeds=1, steps=steps)


def measured(trial: Trial, seed: int = 0, *, threads: int = 1) -> dict[str, Any]:
    """The run of a seed, by the trainer in this process."""
    return run_seed(
        trial, seed, runner=lambda job: {"trial": run_trial(job["trial"], threads=threads)}
    )


def digits(size: int, count: int = 32) -> torch.Tensor:
    """The first digits of scikit-learn in 256 levels, resized by torch, from -1 to 1."""
    levels = torch.from_numpy(np.round(load_digits().images[:count] * 255 / 16))[:, None].float()
    resized = nn.functional.interpolate(levels, size=(size, size), mode="bilinear")
    return resized.round() / 127.5 - 1


def fixed_latents(count: int, *shape: int) -> torch.Tensor:
    return torch.randn([count, *shape], generator=torch.Generator().manual_seed(0))


def fitted_by_torch(
    network: nn.Module, loss: Callable[[], torch.Tensor], steps: int
) -> list[float]:
    """Losses before each step and after the last one, with torch's own optimizer and schedule."""
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=4e-4, betas=(0.5, 0.999))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        losses.append(value.item())
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return [*losses, loss().item()]


@pytest.fixture(scope="module")
def generator_fit() -> tuple[dict[str, Any], list[float], nn.Module]:
    """The run of a small design, and its generator fitted by plain torch with its losses."""
    trial = small_trial()
    torch.manual_seed(0)
    network = design(SIZE, **SMALL).generator()
    latents, pictures = fixed_latents(32, 6, 1, 1), digits(SIZE)
    losses = fitted_by_torch(network, lambda: (network(latents) - pictures).square().mean(), STEPS)
    return measured(trial), losses, network


def test_the_curve_of_a_generator_is_that_of_plain_torch(
    generator_fit: tuple[dict[str, Any], list[float], nn.Module],
) -> None:
    """Mean squared error under Adam with the whole set in each step; it falls."""
    found, expected, _ = generator_fit
    curve = found["generator"]["curve"]
    assert curve == pytest.approx(expected, rel=1e-3)
    assert found["generator"]["final_error"] == curve[-1] < 0.7 * curve[0]


def test_the_spectrum_error_is_that_of_numpy(
    generator_fit: tuple[dict[str, Any], list[float], nn.Module],
) -> None:
    """Mean over k of the difference of logarithms of mean powers, bins by rounded radius."""
    found, _, network = generator_fit
    with torch.no_grad():
        fitted = network(fixed_latents(32, 6, 1, 1)).numpy()
    logarithms = []
    for pictures in (fitted, digits(SIZE).numpy()):
        power = (np.abs(np.fft.fft2(pictures.astype(float))) ** 2).mean(axis=(0, 1))
        means = []
        for k in range(1, SIZE // 2 + 1):
            members = [
                power[row, column]
                for row in range(SIZE)
                for column in range(SIZE)
                if round(np.hypot(min(row, SIZE - row), min(column, SIZE - column))) == k
            ]
            means.append(np.mean(members))
        logarithms.append(np.log10(means))
    expected = np.abs(logarithms[0] - logarithms[1]).mean()
    assert found["generator"]["spectrum_error"] == pytest.approx(expected, rel=0.01)


def test_the_condition_is_that_of_the_whole_jacobian(
    generator_fit: tuple[dict[str, Any], list[float], nn.Module],
) -> None:
    """Geometric mean at the first four latents, by torch's Jacobian and numpy's singular values."""
    found, _, network = generator_fit
    network.double().eval()
    logarithms = []
    for latent in fixed_latents(32, 6, 1, 1)[:4].double():
        jacobian = torch.autograd.functional.jacobian(
            lambda given: network(given[None]).flatten(), latent
        )
        values = np.linalg.svd(jacobian.reshape(SIZE**2, 6).numpy(), compute_uv=False)
        logarithms.append(log(values[0] / values[-1]))
    assert log(found["generator"]["condition"]) == pytest.approx(fmean(logarithms), abs=0.02)


@pytest.mark.parametrize("output", ["probability", "logit", "critic"])
def test_the_curve_of_a_discriminator_is_that_of_plain_torch(output: str) -> None:
    """The first half of the pictures against the second, by the loss of its kind of output."""
    style = {"output": output, "normalization": "layer" if output == "critic" else "batch"}
    found = measured(small_trial(discriminator=style))
    torch.manual_seed(0)
    network = design(SIZE, **SMALL, discriminator=style).discriminator()
    pictures = digits(SIZE)
    wanted = torch.cat([torch.ones(16), torch.zeros(16)])

    def loss() -> torch.Tensor:
        scores = network(pictures)
        if output == "probability":
            return nn.BCELoss()(scores, wanted)
        if output == "logit":
            return nn.BCEWithLogitsLoss()(scores, wanted)
        return ((1 - scores[:16]).relu().mean() + (1 + scores[16:]).relu().mean()) / 2

    expected = fitted_by_torch(network, loss, STEPS)
    assert found["discriminator"]["curve"] == pytest.approx(expected, rel=1e-2, abs=1e-4)
    with torch.no_grad():
        right = (network(pictures) > (0.5 if output == "probability" else 0)) == wanted.bool()
    assert found["discriminator"]["accuracy"] == pytest.approx(
        float(right.float().mean()), abs=0.05
    )


def edited(trial: Trial, before: str, after: str) -> Trial:
    """The trial of a changed text."""
    assert before in trial.source.text
    return replace(trial, source=PythonSource(text=trial.source.text.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("= self.main(latent)", "= self.main(latent * 0)"),
        ("= self.main(latent)", "= self.main(latent).detach() + 0 * self.main(latent)"),
        ("= self.main(latent)", "= self.main(latent[:, torch.randperm(6)])"),
    ],
    ids=["ignores its input", "has no gradients", "permutes its input"],
)
def test_a_wrong_module_has_a_larger_error(before: str, after: str) -> None:
    """The same design with a fault fits the pictures worse than without."""
    trial = small_trial(steps=120)
    wrong = measured(edited(trial, before, after))
    assert wrong["generator"]["final_error"] > 1.2 * measured(trial)["generator"]["final_error"]


def test_a_generator_that_ignores_its_input_has_no_condition() -> None:
    """The smallest singular value is zero."""
    trial = edited(small_trial(), "= self.main(latent)", "= self.main(latent * 0)")
    assert measured(trial)["generator"]["condition"] is None


def test_figures_that_are_not_finite_are_null(pool: Pool) -> None:
    """A network that diverges is no failure of the trial."""
    trial = small_trial(steps=2)
    for before in ("image: torch.Tensor = self.main", "probability: torch.Tensor = self.main"):
        trial = edited(trial, before, before.replace("self.main", "float('nan') * self.main"))
    run: Any = run_seed(trial, 0, runner=pool.run)
    assert run["generator"] == {
        "curve": [None, None, None],
        **dict.fromkeys(("final_error", "spectrum_error", "condition")),
    }
    assert run["discriminator"]["final_loss"] is None


def test_a_run_is_the_same_to_the_bit_in_its_process_and_in_the_sandbox(pool: Pool) -> None:
    """The same seed on one machine with one thread gives the same figures."""
    trial = small_trial()
    first = run_seed(trial, 1, runner=pool.run)
    assert first == run_seed(trial, 1, runner=pool.run)
    assert first != run_seed(trial, 2, runner=pool.run) | {"seed": 1}


DESIGNS: dict[str, dict[str, Any]] = {
    "kernel 4": {},
    "kernel 3": {"search": {"kernel_sizes": [3]}},
    "sub-pixel": {"upsampling": "subpixel"},
}


SIZE_AND_STEPS: Any = {"size": 28, "steps": 200} if SOAK else {"size": SIZE, "steps": 60}
WIDTHS: dict[str, Any] = {"base_channels": 64, "latent_dim": 100} if SOAK else {}


@pytest.mark.filterwarnings("ignore:TF32 acceleration")  # of GPUs, from the switch of oneDNN
@pytest.mark.parametrize("fields", DESIGNS.values(), ids=DESIGNS)
def test_another_order_of_sums_changes_figures_by_little(fields: dict[str, Any]) -> None:
    """The tolerance of the documentation, with other algorithms of torch; with SOAK at 28×28."""
    trial = small_trial(**SIZE_AND_STEPS, **WIDTHS, **fields, discriminator=None)
    one = measured(trial)["generator"]
    with torch.backends.mkldnn.flags(enabled=False):
        other = measured(trial)["generator"]
    assert one["curve"][0] == pytest.approx(other["curve"][0], rel=1e-5)
    for figure in ("final_error", "spectrum_error", "condition"):
        assert one[figure] == pytest.approx(other[figure], rel=TOLERANCE), figure


def test_two_threads_change_figures_by_little() -> None:
    """Of both networks; they wait for each other, so few steps are taken."""
    trial = small_trial(steps=soak_count(4, 60))
    one, two = measured(trial), measured(trial, threads=2)
    for network, figure in (
        ("generator", "final_error"),
        ("generator", "condition"),
        ("discriminator", "final_loss"),
    ):
        assert one[network][figure] == pytest.approx(two[network][figure], rel=TOLERANCE), figure


def test_seeds_differ_less_than_designs() -> None:
    """Their deviation is at most a fifth of the spread between designs; with SOAK at 28×28."""
    errors = []
    for fields in DESIGNS.values():
        trial = small_trial(**SIZE_AND_STEPS, **WIDTHS, **fields, discriminator=None)
        errors.append([measured(trial, seed)["generator"]["final_error"] for seed in range(3)])
    means = [fmean(each) for each in errors]
    deviation = fmean(stdev(each) for each in errors)
    assert deviation <= (max(means) - min(means)) / 5
