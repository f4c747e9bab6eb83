"""Requests of trials: what is refused, and the cost that decides it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from designer import design
from designer.errors import DamagedId, DesignerError, InvalidRequest, NoChain, TrialTooExpensive
from designer.pipeline.trial import (
    DataSet,
    make_trial,
    predict_cost,
    read_trial_request,
    run_seed,
    trial_document,
    trial_request_document,
)
from designer.pipeline.trial.run import curve_steps

BRIEF: dict[str, Any] = {"resolution": 16, "base_channels": 8, "latent_dim": 6, "channels": 1}
ID = design(**BRIEF, verify="none").id

REFUSED: dict[str, tuple[object, str, str]] = {
    "no object": ([], "not_an_object", ""),
    "no design": ({"data": "digits"}, "missing_field", "/design"),
    "an unknown field": ({"design": BRIEF, "epochs": 1}, "unknown_field", "/epochs"),
    "other data": ({"design": BRIEF, "data": "faces"}, "not_a_choice", "/data"),
    "a folder": ({"design": BRIEF, "data": "/tmp"}, "not_a_choice", "/data"),
    "no seeds": ({"design": BRIEF, "seeds": 0}, "out_of_range", "/seeds"),
    "many seeds": ({"design": BRIEF, "seeds": 11}, "out_of_range", "/seeds"),
    "a fraction of a step": ({"design": BRIEF, "steps": 2.5}, "not_an_integer", "/steps"),
    "many steps": ({"design": BRIEF, "steps": 2001}, "out_of_range", "/steps"),
    "a brief with an error": (
        {"design": BRIEF | {"latent_dim": 0}},
        "out_of_range",
        "/design/latent_dim",
    ),
    "a number as a design": ({"design": 64}, "not_an_object", "/design"),
    "a design with skips": (
        {"design": {"resolution": 16, "encoder": True, "skips": "add"}},
        "contradiction",
        "/design",
    ),
    "digits along one axis": (
        {"design": BRIEF | {"resolution": [64]}, "data": "digits"},
        "contradiction",
        "/data",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_invalid_request_is_refused_with_its_pointer(name: str) -> None:
    document, code, pointer = REFUSED[name]
    with pytest.raises(InvalidRequest) as refused:
        read_trial_request(document)
    assert [(each.code, each.pointer) for each in refused.value.errors] == [(code, pointer)]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (ID[:-3] + "AAA", DamagedId),
        (BRIEF | {"search": {"strides": [3], "max_layers": 1}, "resolution": 64}, NoChain),
    ],
)
def test_a_design_is_refused_as_it_is_elsewhere(given: object, kind: type[DesignerError]) -> None:
    with pytest.raises(kind):
        read_trial_request({"design": given})


def test_a_request_becomes_one_with_the_id_of_its_design() -> None:
    """The brief is solved once; a null is a default."""
    trial = read_trial_request({"design": BRIEF, "seeds": None, "data": "glyphs"})
    document = trial_request_document(trial)
    assert document == {"design": trial.design_id, "data": "glyphs", "seeds": 3, "steps": 200}
    assert trial_request_document(read_trial_request(document)) == document
    assert read_trial_request({"design": ID}).source.text == design(**BRIEF, verify="none").code


@pytest.mark.parametrize(
    ("fields", "figure"),
    [
        ({"resolution": 256}, "multiply_adds"),
        ({"resolution": 512, "base_channels": 1, "max_channels": 8, "channels": 8}, "bytes"),
        ({"resolution": 16, "max_channels": 4096, "base_channels": 4096}, None),
    ],
    ids=["multiply-adds", "memory of maps", "memory of weights"],
)
def test_an_expensive_design_is_refused_with_the_figure(
    fields: dict[str, Any], figure: str | None
) -> None:
    """Before anything runs; with fewer steps the same design may be taken."""
    with pytest.raises(TrialTooExpensive) as refused:
        read_trial_request({"design": fields, "steps": 1 if figure != "multiply_adds" else 200})
    assert refused.value.code == "trial_too_expensive"
    facts = refused.value.facts
    name = figure or ("bytes" if "bytes" in facts else "multiply_adds")
    assert facts[name] > facts["maximum"]  # type: ignore[operator]
    assert f"{facts[name]:,}" in str(refused.value)


def test_dcgan_at_64_is_within_the_limit() -> None:
    """The textbook's size with all defaults."""
    assert read_trial_request({"design": {"resolution": 64}}).cost.multiply_adds < 5 * 10**12


@pytest.mark.torch
def test_the_predicted_multiply_adds_are_those_that_torch_counts() -> None:
    """A step is a forward and a backward pass of both networks; the first layers need no gradient
    of their input, which is predicted all the same.
    """
    made = design(**BRIEF, verify="none")
    with FlopCounterMode(display=False) as counter:
        made.generator()(torch.randn(32, 6, 1, 1)).sum().backward()
        made.discriminator()(torch.randn(32, 1, 16, 16)).sum().backward()
    one = predict_cost(made.gan, pictures=32, steps=1).multiply_adds
    step = predict_cost(made.gan, pictures=32, steps=2).multiply_adds - one
    assert 0.85 * step < counter.get_total_flops() / 2 <= step


@pytest.mark.parametrize("steps", [1, 2, 48, 49, 50, 51, 200, 1999, 2000])
def test_a_curve_starts_at_the_first_step_and_ends_after_the_last(steps: int) -> None:
    points = curve_steps(steps)
    assert (points[0], points[-1]) == (0, steps)
    assert points == sorted({*points})
    assert min(steps + 1, 26) <= len(points) <= 50


def answered(seed: int, error: float | None) -> dict[str, Any]:
    """A reply of the trainer."""
    return {
        "generator": {"curve": [1.0, error], "spectrum_error": 0.25, "condition": None},
        "discriminator": None,
        "sha256": "0" * 64,
        "torch_version": "2",
    }


def test_the_answer_has_the_mean_and_the_deviation_of_the_seeds() -> None:
    """Those of a figure that every seed has."""
    trial = make_trial(ID, DataSet.DIGITS, seeds=2, steps=1)
    runs = [
        run_seed(trial, seed, runner=lambda _, error=error: {"trial": answered(0, error)})
        for seed, error in enumerate((1.0, 3.0))
    ]
    document: Any = trial_document(trial, runs)
    assert [run["generator"]["final_error"] for run in document["runs"]] == [1.0, 3.0]
    assert document["summary"]["final_error"] == {"mean": 2.0, "deviation": pytest.approx(2**0.5)}
    assert document["summary"]["spectrum_error"] == {"mean": 0.25, "deviation": 0.0}
    assert document["summary"]["condition"] is document["summary"]["accuracy"] is None
    assert document["curve_steps"] == [0, 1]
    assert trial_document(trial, [])["summary"] == dict.fromkeys(document["summary"])
