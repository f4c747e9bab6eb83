"""A correct source is never refuted: designs of random briefs, and those that once were."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import nn

from designer.brief.model import Brief
from designer.brief.options import InitialMap, Level, Normalization
from designer.brief.search_space import Overlap, SearchSpace
from designer.geometry.resampling import Upsampling
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from designer.source import render_source
from designer.verification.false_alarms import allowed_surprise, cosine_surprise
from designer.verification.limits import WidthPolicy
from designer.verification.predictions import plan_verification
from designer.verification.probe.algebra import FORMULAS, Layer
from designer.verification.probe.loading import load_text
from designer.verification.probe.running import run_network
from designer.verification.probe.tampering import changed_names, take_snapshot
from designer.verification.probe.tensor_sample import sample_difference, sample_tensor
from designer.verification.probe_job import make_job
from tests.networks.network_factory import receipt_of
from tests.support import soak_count
from tests.verification.random_designs import random_designs

pytestmark = pytest.mark.torch

SEEDS = range(4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_design_is_verified(seed: int) -> None:
    """Odd sizes, narrow layers, every combination of options."""
    count = soak_count(8, 150)
    refuted = {}
    for brief, gan in random_designs(count, seed):
        receipt = receipt_of(gan)
        if receipt.verdict != "verified":
            refuted[str(brief)] = [f"{check.name}: {check.detail}" for check in receipt.failures]
    assert refuted == {}


def test_torchs_functions_round_as_the_modules_do() -> None:
    """In training, outputs to the bit: a rounding may move an input across a rectifier's kink.

    Gradients move none, and some are summed in another order. After a projection there is no
    rectifier, and its sum is in another order, too.
    """
    differing = []
    for brief, gan in random_designs(soak_count(20, 200), seed=1):
        plan = plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())
        job = make_job(plan, render_source(gan).text)
        module = load_text(job["text"])
        for role, network in job["networks"].items():
            if network["labels"] != "projected":
                found = run_network(module, network, job["seed"])["comparison"]
                for kind, allowed in (("outputs", 0.0), ("gradients", 1e-6)):
                    part = found[kind]["training, batch 1"]
                    if not part["difference"] <= allowed:
                        differing.append((str(brief), role, part))
    assert differing == []


def test_a_gradient_whose_terms_cancel_is_compared_at_the_scale_of_its_terms() -> None:
    """A norm of one channel before a norm that divides by any scale: its gradient nearly cancels."""
    space = SearchSpace.default(axes=2, anisotropic=True)
    brief = Brief(
        resolution=(4, 11774),
        latent_dim=None,
        initial_map=InitialMap(channels=843, size=(4, 6)),
        channels=37,
        max_channels=1,
        upsampling=Upsampling.RESIZE,
        normalization=Normalization.INSTANCE,
        discriminator=None,
        search=replace(
            space,
            kernel_sizes=(1, 3, 4, 5, 6, 8, 9),
            strides=(1, 2, 3, 6),
            dilations=(1, 2),
            overlap=Overlap.EVEN,
            initial_size=(4, 6),
        ),
        verify=Level.NONE,
    )
    receipt = receipt_of(assemble_networks(brief, solve_brief(brief).chain))
    assert [f"{check.name}: {check.detail}" for check in receipt.failures] == []


def test_a_phase_without_a_gradient_is_no_fault() -> None:
    """Of a sub-pixel's equal kernels one is looked at; here a rectifier leaves the others a gradient alone."""
    _, gan = next(islice(random_designs(34, seed=1), 33, None))
    receipt = receipt_of(gan)
    assert [f"{check.name}: {check.detail}" for check in receipt.failures] == []


def test_a_first_optimizer_is_no_tampering() -> None:
    """Torch wraps ``step`` of a class of optimizers when the first one is made."""
    before = take_snapshot()
    model = nn.Linear(2, 2)
    for kind in (torch.optim.Adadelta, torch.optim.RMSprop):
        kind(model.parameters())
    assert changed_names(before) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_cosine_of_few_numbers_may_be_one(count: int) -> None:
    """Two vectors of one number each are parallel, and float32 rounds a cosine to one."""
    for cosine in (1.0, -1.0, 1.0000001):
        assert cosine_surprise(cosine, count) <= allowed_surprise(1, 1)
    assert cosine_surprise(1.0, 64) > allowed_surprise(1, 10**6)


@pytest.mark.parametrize("factor", [41, 47, 48, 55, 110])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_formula_of_a_repetition_has_torchs_derivative(factor: int, dtype: torch.dtype) -> None:
    """In float64, torch's output reads one pixel and its derivative belongs to another."""
    settings = {"input_size": [5], "output_size": [5 * factor]}
    given = torch.randn(2, 3, 5, dtype=dtype)
    cotangent = torch.randn(2, 3, 5 * factor, dtype=dtype)
    formula = FORMULAS["Upsample"]
    results = []
    for apply in (
        nn.Upsample(scale_factor=float(factor), mode="nearest"),
        lambda value: formula(value, Layer(settings, {}, True, {})),
    ):
        value = given.clone().requires_grad_()
        output = apply(value)
        results.append((output, *torch.autograd.grad(output, value, cotangent)))
    torch.testing.assert_close(*results)


def test_a_gradient_of_rounding_errors_has_the_scale_of_the_other_gradients() -> None:
    """Where the gradient is zero by cancellation, a relative difference means nothing."""
    none, rounding = (sample_tensor(torch.full((3,), each)) for each in (0.0, 1e-17))
    assert sample_difference(rounding, none, 1e-3) == pytest.approx(1e-14)
    assert sample_difference(rounding, none) > 1.0


def test_gradients_that_are_all_zero_are_compared() -> None:
    """If all ReLUs of a narrow network are inactive in a pass, no gradient gives a scale."""
    none, one = (sample_tensor(torch.full((3,), each)) for each in (0.0, 1.0))
    assert sample_difference(none, none, 0.0) == 0.0
    assert sample_difference(one, none, 0.0) == pytest.approx(1e300)
