"""The probe does without torch's compiler, whose import takes longer than a verification."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer import design
from designer.brief.options import Level
from designer.networks import Gan
from designer.source import render_source
from designer.verification import WidthPolicy
from designer.verification.predictions import plan_verification
from designer.verification.probe.multiply_adds import MultiplyAddCounter
from designer.verification.probe_job import make_job

pytestmark = pytest.mark.torch

SCRIPT = """
import json, sys
from designer.verification.probe import preload, run_job
job = json.load(sys.stdin)
preload(job)
before = "torch._dynamo" in sys.modules
found = run_job(job)
print(json.dumps({"before": before, "after": "torch._dynamo" in sys.modules, "changed": found["changed"]}))
"""


def run_alone(job: dict[str, Any]) -> dict[str, Any]:
    """Whether a new process has torch's compiler before and after a job, and what the job changed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def job_of(gan: Gan, text: str | None = None) -> dict[str, Any]:
    """The job of a design's own source, or of a text that comes from elsewhere."""
    source = render_source(gan).text
    plan = plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())
    return {**make_job(plan, text or source), "foreign": text is not None}


BRIEFS: dict[str, dict[str, Any]] = {
    "plain": {},
    "classes": {"classes": 10, "normalization": "layer"},
    "spectral norm": {"discriminator": {"output": "critic", "normalization": "spectral"}},
    "residual": {"architecture": "resnet", "classes": 10},
    "resize": {"upsampling": "resize", "normalization": "none", "encoder": True},
    "decoder": {"factor": 4, "initial_map": {"channels": 16, "size": [5]}, "resolution": None},
}


@pytest.mark.parametrize("name", BRIEFS)
def test_a_design_is_verified_without_a_late_import(name: str) -> None:
    """What a worker imports it imports for each source."""
    brief = {key: value for key, value in BRIEFS[name].items() if value is not None}
    if "factor" not in brief:
        brief |= {"resolution": 32}
    found = run_alone(job_of(design(**brief, verify="none").gan))
    assert found == {"before": False, "after": False, "changed": []}


def test_a_text_that_imports_the_compiler_changes_nothing() -> None:
    """Torch then wraps one of its functions, which is no fault of the text."""
    gan = design(16, verify="none").gan
    job = job_of(gan, f"import torch._dynamo\n{render_source(gan).text}")
    assert run_alone({**job, "foreign": False}) == {"before": False, "after": True, "changed": []}
    assert run_alone(job) == {"before": True, "after": True, "changed": []}


NETWORKS: dict[str, tuple[nn.Module, list[int]]] = {
    "signals": (nn.Sequential(nn.ConvTranspose1d(3, 5, 4, 2, 1), nn.Conv1d(5, 2, 3)), [2, 3, 9]),
    "pictures": (
        nn.Sequential(nn.ConvTranspose2d(3, 6, 4, 2, 1), nn.ReLU(), nn.Conv2d(6, 4, 3, groups=2)),
        [2, 3, 5, 6],
    ),
    "volumes": (
        nn.Sequential(nn.Conv3d(2, 3, (1, 2, 3), bias=False), nn.BatchNorm3d(3)),
        [2, 2, 3, 3, 4],
    ),
    "vectors": (nn.Sequential(nn.Linear(7, 5), nn.Tanh(), nn.Linear(5, 1)), [4, 7]),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("grad", ["inference", "no_grad", "grad"])
def test_multiply_adds_are_those_that_torch_counts(name: str, grad: str) -> None:
    """Torch's own counter finds as many."""
    network, shape = NETWORKS[name]
    modes = {"inference": torch.inference_mode, "no_grad": torch.no_grad, "grad": torch.enable_grad}
    with modes[grad]():
        value = torch.randn(shape)
        with FlopCounterMode(display=False) as expected:
            wanted = network.eval()(value)
        with MultiplyAddCounter() as counter:
            found = network.eval()(value)
    assert torch.equal(found, wanted)
    assert counter.multiply_adds == expected.get_total_flops() // 2 > 0
