"""Fit of fixed pairs with each initialization: `python -m benchmarks.initialisation`.

A generator without norms is fitted to fixed pairs of latent vectors and smooth pictures. The table has
the mean squared error after the last step, mean and deviation over seeds, and the deviation of the first pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from statistics import mean, stdev
from types import ModuleType

import torch
from torch import nn

from designer.brief.initialization import Initialization
from designer.brief.model import Brief
from designer.brief.options import Level, Normalization
from designer.pipeline.make_design import design

SIDE = 64
BASE_CHANNELS = 16
PAIRS = 4
STEPS = 100
SEEDS = 5
LEARNING_RATE = 2e-4

Initialise = Callable[[ModuleType, nn.Module], None]


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    print(f"{SIDE}×{SIDE}, base_channels {BASE_CHANNELS}, {PAIRS} pairs, {STEPS} steps of Adam")
    print(f"{'initial weights':<34} {'first deviation':>15} {'error':>8} {'spread':>8}")
    for name, brief, initialise in variants():
        module = module_of_brief(brief)
        runs = [fit_pairs(module, initialise, seed) for seed in range(seeds)]
        starts, errors = zip(*runs, strict=True)
        spread = stdev(errors) if seeds > 1 else 0.0
        print(f"{name:<34} {mean(starts):>15.4f} {mean(errors):>8.4f} {spread:>8.4f}", flush=True)


def variants() -> Iterator[tuple[str, Brief, Initialise]]:
    """Name, brief and initialization of each row."""
    plain, by_fan_in = _brief(Initialization.DCGAN), _brief(Initialization.VARIANCE)
    yield "none, N(0, 0.02)", plain, _apply_text
    for scale in (1.0, 0.3, 0.1, 0.03):
        yield f"none, fan-in, last layer × {scale:g}", by_fan_in, _scaled_last(scale)
    yield "none, kaiming_normal_", plain, _apply_kaiming
    yield "batch norm, N(0, 0.02)", _brief(None, Normalization.BATCH), _apply_text


def _brief(
    initialization: Initialization | None, normalization: Normalization = Normalization.NONE
) -> Brief:
    return Brief(
        resolution=(SIDE, SIDE),
        latent_dim=100,
        base_channels=BASE_CHANNELS,
        normalization=normalization,
        discriminator=None,
        initialization=initialization,
        verify=Level.NONE,
    )


def module_of_brief(brief: Brief) -> ModuleType:
    """The rendered source of a brief, executed as a module."""
    module = ModuleType("model")
    exec(compile(design(brief).source.text, "model.py", "exec"), module.__dict__)
    return module


def fit_pairs(module: ModuleType, initialise: Initialise, seed: int) -> tuple[float, float]:
    """Deviation of the first pictures, and the mean squared error after the last step."""
    torch.manual_seed(seed)
    latent, pictures = torch.randn(PAIRS, 100, 1, 1), smooth_pictures(PAIRS)
    generator = module.Generator()
    initialise(module, generator)
    optimizer = torch.optim.Adam(generator.parameters(), lr=LEARNING_RATE, betas=(0.5, 0.999))
    start = float(generator(latent).detach().std())
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(generator(latent), pictures)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return start, float(nn.functional.mse_loss(generator(latent), pictures).detach())


def smooth_pictures(count: int) -> torch.Tensor:
    """Random pictures of few frequencies, between −1 and 1."""
    coarse = torch.randn(count, 3, 8, 8)
    fine = nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic")
    return fine.tanh()


def _apply_text(module: ModuleType, generator: nn.Module) -> None:
    generator.apply(module.weights_init)


def _scaled_last(scale: float) -> Initialise:
    """The text's initialization, with the last layer at another scale instead of its own."""

    def apply(module: ModuleType, generator: nn.Module) -> None:
        generator.apply(module.weights_init)
        *_, last = module.convolutions(generator)
        with torch.no_grad():
            last.weight.mul_(scale / module.fan_in(last) ** 0.5 / last.weight.std())

    return apply


def _apply_kaiming(module: ModuleType, generator: nn.Module) -> None:
    for layer in generator.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


if __name__ == "__main__":
    main()
