"""The predicted memory of the passes, compared with the peak of a process that runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.geometry.resampling import Upsampling
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from designer.source import render_source
from designer.verification.limits import GIB, MIB, WidthPolicy
from designer.verification.pass_memory import predicted_pass_bytes
from designer.verification.predictions import plan_verification
from designer.verification.probe.job import run_job
from designer.verification.probe_job import make_job
from tests.support import SOAK

pytestmark = [pytest.mark.torch, pytest.mark.slow]

SMALL = 96 * MIB
"""Where the passes take less, the heap of the process is a large part of the peak."""

CRITIC = DiscriminatorStyle(normalization=Normalization.INSTANCE, output=Output.CRITIC)
RESNET = {"architecture": Architecture.RESNET}
R3GAN = {"architecture": Architecture.R3GAN}
BRIEFS = {
    "small attention": {
        **RESNET,
        "resolution": 64,
        "upsampling": Upsampling.RESIZE,
        "attention": (3,),
    },
    "residual, shuffled": {**RESNET, "resolution": 97, "upsampling": Upsampling.SUBPIXEL},
    "square": {"resolution": 512},
    "volume": {"resolution": (48, 48, 48)},
    "resize": {"resolution": 256, "upsampling": Upsampling.RESIZE},
    "signal": {"resolution": (16384,)},
    "r3gan": {**R3GAN, "resolution": 64, "base_channels": 32},
    "many labels": {"resolution": 16, "classes": 65_536},
}
FULL_BRIEFS = BRIEFS | {
    "attention": {
        **RESNET,
        "resolution": 128,
        "upsampling": Upsampling.RESIZE,
        "attention": (4,),
    },
    "conditional norms": {
        **RESNET,
        "resolution": 64,
        "upsampling": Upsampling.RESIZE,
        "normalization": Normalization.CONDITIONAL_BATCH,
        "classes": 10_000,
        "base_channels": 16,
    },
    "weights": {"resolution": (9001, 12)},
    "larger volume": {"resolution": (64, 64, 64)},
    "row": {"resolution": (8, 16383)},
    "column": {"resolution": (16384, 8)},
    "wide": {"resolution": (16383, 16)},
    "large": {"resolution": 2048},
    "largest": {"resolution": (4096, 2048)},
    "narrow": {"resolution": (12001, 8)},
    "few activations": {
        "resolution": (970, 9866),
        "normalization": Normalization.NONE,
        "output_activation": OutputActivation.NONE,
    },
    "long signal": {"resolution": (1_048_576,)},
    "no padding of channels": {
        "resolution": (1680, 3054),
        "max_channels": 1,
        "upsampling": Upsampling.RESIZE,
    },
    "large volume": {"resolution": (128, 128, 128)},
    "subpixel": {"resolution": 512, "upsampling": Upsampling.SUBPIXEL},
    "subpixel volume": {"resolution": (64, 64, 64), "upsampling": Upsampling.SUBPIXEL},
    "critic": {"resolution": 1024, "discriminator": CRITIC},
    "labels": {"resolution": 256, "classes": 1000},
    "encoder": {"resolution": (300, 200), "encoder": True},
    "residual, large": {**RESNET, "resolution": (1080, 1920), "upsampling": Upsampling.RESIZE},
    "residual": {**RESNET, "resolution": 256, "upsampling": Upsampling.RESIZE},
    "residual volume": {**RESNET, "resolution": (48, 48, 48)},
    "residual signal": {**RESNET, "resolution": (16384,), "classes": 100},
    "attention, signal": {**RESNET, "resolution": (16384,), "attention": (2,)},
    "r3gan, large": {**R3GAN, "resolution": (540, 960)},
    "r3gan, labels": {**R3GAN, "resolution": 128, "classes": 1000},
    "r3gan volume": {**R3GAN, "resolution": (48, 48, 48)},
    "r3gan signal": {**R3GAN, "resolution": (16384,), "classes": 100},
}


def peak_of(job: dict[str, object]) -> int:
    """Bytes by which the memory of a forked process grows at most while it runs a job."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            Path("/proc/self/clear_refs").write_text("5")
            before = memory_figures()["VmHWM"]
            run_job(job)
            os.write(writing, str(memory_figures()["VmHWM"] - before).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return int(text)


def memory_figures() -> dict[str, int]:
    """The figures of this process in bytes, by their names in the kernel."""
    rows = [line.split() for line in Path("/proc/self/status").read_text().splitlines()]
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if row[-1] == "kB"}


@pytest.mark.parametrize("name", FULL_BRIEFS if SOAK else BRIEFS)
def test_the_prediction_is_within_a_factor_of_two(name: str) -> None:
    """Over families, axes and sizes; nothing takes more than 1 GiB besides torch itself."""
    brief = Brief(**({"latent_dim": 100, "verify": Level.NONE} | FULL_BRIEFS[name]))
    gan = assemble_networks(brief, solve_brief(brief).chain)
    plan = plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())
    assert plan.run is not None
    predicted = predicted_pass_bytes(plan.run, plan.thin)
    measured = peak_of(make_job(plan, render_source(gan).text))
    assert measured <= 2 * predicted + SMALL, (measured / MIB, predicted / MIB)
    assert measured >= predicted / 2 - SMALL, (measured / MIB, predicted / MIB)
    assert measured <= GIB


def test_a_source_whose_passes_need_too_much_memory_is_not_run() -> None:
    """The policy compares the prediction with its own limit."""
    brief = Brief(resolution=64, latent_dim=100, verify=Level.NONE)
    gan = assemble_networks(brief, solve_brief(brief).chain)
    runs = {
        limit: plan_verification(
            gan, level=Level.STANDARD, policy=WidthPolicy(pass_bytes=limit)
        ).run
        for limit in (MIB, GIB)
    }
    assert runs == {MIB: None, GIB: gan}
