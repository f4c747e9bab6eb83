"""The answer of a trial: the runs of its seeds, and their mean and deviation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from designer.pipeline.trial.request import Trial
from designer.pipeline.trial.run import curve_steps
from designer.validation.json_readers import JsonObject

SUMMARY = {
    "final_error": ("generator", "final_error"),
    "spectrum_error": ("generator", "spectrum_error"),
    "condition": ("generator", "condition"),
    "discriminator_loss": ("discriminator", "final_loss"),
    "accuracy": ("discriminator", "accuracy"),
}
"""The figures of a run that are averaged: the network and the name in its part of the run."""


def trial_document(trial: Trial, runs: Sequence[Mapping[str, Any]]) -> JsonObject:
    """The finished runs of a trial, in the order of their seeds, and their summary."""
    return {
        "design": trial.design_id,
        "data": {
            "name": trial.pictures.name,
            "pictures": trial.pictures.count,
            "shape": list(trial.gan.generator.output_map.shape),
            "sha256": next((run["pictures_sha256"] for run in runs), None),
        },
        "seeds": trial.seeds,
        "steps": trial.steps,
        "multiply_adds": trial.cost.multiply_adds,
        "curve_steps": curve_steps(trial.steps),
        "runs": [
            {name: run[name] for name in ("seed", "generator", "discriminator")} for run in runs
        ],
        "summary": _summary(runs),
        "torch_version": next((run["torch_version"] for run in runs), None),
    }


def merge_documents(documents: Sequence[Mapping[str, Any]]) -> JsonObject:
    """One answer from answers of the same trial, each with some of its runs.

    Raises:
        IndexError: if there are none.
    """
    runs = [run for each in documents for run in each["runs"]]
    return {**documents[0], "runs": runs, "summary": _summary(runs)}


def _summary(runs: Sequence[Mapping[str, Any]]) -> JsonObject:
    return {name: _spread(runs, *path) for name, path in SUMMARY.items()}


def _spread(runs: Sequence[Mapping[str, Any]], network: str, name: str) -> JsonObject | None:
    """Mean and standard deviation over the seeds; None if a run lacks the figure."""
    values = [run[network] and run[network][name] for run in runs]
    return spread_of(values)


def spread_of(values: Sequence[float | None]) -> JsonObject | None:
    """Mean and sample deviation; None without a value for each seed, and no deviation of one.

    >>> spread_of([1.0, 3.0]), spread_of([1.0]), spread_of([1.0, None])
    ({'mean': 2.0, 'deviation': 1.4142135623730951}, {'mean': 1.0, 'deviation': None}, None)
    """
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return {"mean": fmean(known), "deviation": stdev(known) if len(known) > 1 else None}
