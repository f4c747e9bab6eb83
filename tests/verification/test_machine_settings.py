"""The outcome of every check and all whole numbers are the same under other settings of a machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.validation.json_readers import JsonValue
from designer.verification.limits import WidthPolicy
from designer.verification.predictions import Plan, plan_verification
from designer.verification.probe_job import make_job
from designer.verification.receipt import Check
from designer.verification.verify import COMPARISONS
from tests.support import SOAK
from tests.verification.wrong_module_designs import wrong_module_gan

pytestmark = [pytest.mark.torch, pytest.mark.slow]

ALL_DESIGNS = (
    *("DCGAN", "labels, critic, sub-pixel", "signal"),
    *("gray, logit, spectral", "volume", "encoder"),
)
DESIGNS = ALL_DESIGNS if SOAK else ALL_DESIGNS[:3]
SETTINGS: dict[str, dict[str, str]] = {
    "as it is": {},
    "no vector instructions": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "AVX2, two threads, other hashes": {
        **{"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2"},
        **{"THREADS": "2", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "PYTHONHASHSEED": "7"},
    },
    "portable results, four threads": {
        **{"MKL_CBWR": "COMPATIBLE", "PYTHONHASHSEED": "1", "THREADS": "4", "OMP_NUM_THREADS": "4"},
    },
}
"""Environments of a verifying process."""

CHOSEN = list(SETTINGS) if SOAK else list(SETTINGS)[:3]

PROGRAM = """
import json, os, sys
import torch
torch.set_num_threads(int(os.environ.get("THREADS", 1)))
torch.set_num_threads = lambda count: None
from designer.verification.probe.job import run_job
found = [run_job(job) for job in json.load(sys.stdin)]
print(json.dumps({"cpu": torch.backends.cpu.get_cpu_capability(), "found": found}))
"""
"""Runs jobs with a number of threads that the probe does not change."""

WRONG = ("0.0, 0.02)", "0.0, 0.0202)")
"""A deviation that is 1 % too large: a fault that only statistics show."""


@cache
def plans() -> dict[str, tuple[Plan, str]]:
    """The plan and the text of each correct source, and of a wrong one."""
    found = {}
    for name in DESIGNS:
        gan = wrong_module_gan(name)
        plan = plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())
        found[name] = (plan, render_source(gan).text)
    plan, text = found["DCGAN"]
    assert WRONG[0] in text
    return found | {"DCGAN, 1 % off": (plan, text.replace(*WRONG))}


@cache
def answers(setting: str) -> tuple[str, dict[str, list[Check]]]:
    """The instructions that torch uses, and the checks of each source, in a process of its own."""
    jobs = [make_job(plan, text) for plan, text in plans().values()]
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(jobs),
        env=os.environ | {"OMP_WAIT_POLICY": "passive"} | SETTINGS[setting],
        capture_output=True,
        text=True,
        check=True,
    )
    reply = json.loads(process.stdout.splitlines()[-1])
    checks = {
        name: [check for compare in COMPARISONS[Level.STANDARD] for check in compare(plan, found)]
        for (name, (plan, _)), found in zip(plans().items(), reply["found"], strict=True)
    }
    return reply["cpu"], checks


def whole_numbers(value: JsonValue) -> JsonValue:
    """A value without its fractions and texts: those are rounded, and name what is largest."""
    if isinstance(value, dict):
        return {key: whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_numbers(each) for each in value]
    return None if isinstance(value, float | str) else value


def outcome(check: Check) -> tuple[JsonValue, ...]:
    """What must be the same on every machine: the outcome, the prediction, whole numbers, the tolerance."""
    return (
        check.name,
        check.passed,
        check.predicted,
        whole_numbers(check.measured),
        check.tolerance,
    )


@pytest.mark.parametrize("setting", CHOSEN[1:])
def test_outcomes_and_whole_numbers_are_the_same(setting: str) -> None:
    """Other instructions, threads and hashes change fractions at most."""
    _, expected = answers(CHOSEN[0])
    _, found = answers(setting)
    for name in expected:
        assert list(map(outcome, found[name])) == list(map(outcome, expected[name])), name


def test_correct_sources_pass_and_the_wrong_one_fails() -> None:
    """In every setting the wrong source fails the same checks."""
    for setting in CHOSEN:
        _, checks = answers(setting)
        failed = {
            name: [c.name for c in each if c.passed is False] for name, each in checks.items()
        }
        wrong = failed.pop("DCGAN, 1 % off")
        assert wrong
        assert {name.partition(".")[2] for name in wrong} == {"initialisation", "construction"}
        assert set(map(tuple, failed.values())) == {()}


def test_the_settings_have_an_effect() -> None:
    """Torch uses other instructions, and some fraction differs: the comparison above is not vacuous."""
    assert answers("no vector instructions")[0] == "DEFAULT"
    fractions = [
        [check.measured for each in answers(setting)[1].values() for check in each]
        for setting in ("as it is", "no vector instructions")
    ]
    assert fractions[0] != fractions[1]


def test_whole_numbers_are_compared() -> None:
    """A count that differs is not taken for a fraction."""
    assert whole_numbers({"a": [1, 0.5, "x"], "b": True}) == {"a": [1, None, None], "b": True}
