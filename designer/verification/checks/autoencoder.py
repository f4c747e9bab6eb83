"""Checks of a variational autoencoder, besides those of its encoder and its generator."""

from __future__ import annotations

from collections.abc import Iterator

from designer.reasons import make_reason
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    measurement_at,
    tolerance_check,
)
from designer.verification.passes import has_further_measures
from designer.verification.predictions import Plan
from designer.verification.receipt import Check

_MODES = ("evaluation", "training")
_OUTPUTS = ("picture", "mean", "log_variance")
_METHODS = ("encode: mean", "encode: log_variance", "reparameterize", "decode")
_LOSSES = tuple(
    f"{weight}{part}"
    for weight in ("default", "beta 0.3")
    for part in ("", ": 0", ": 1", ": 2", ": 3")
)
_TOLERANCE = 1e-9


def compare_variational(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Tensors, outputs, gradients, noise and loss of the thin autoencoder."""
    if not plan.thin.variational:
        return
    found = measurement_at(measured, "autoencoder")
    yield equality_check("autoencoder.tensors", [], measurement_at(found, "tensors"))
    outputs = [*(f"{mode}: {name}" for mode in _MODES for name in _OUTPUTS), *_METHODS]
    yield tolerance_check(
        "autoencoder.computes_the_design", measurement_at(found, "outputs"), outputs, _TOLERANCE
    )
    name = "autoencoder.computes_the_gradients"
    if all(has_further_measures(network) for network in plan.thin.networks.values()):
        slopes = measurement_at(found, "gradients")
        yield tolerance_check(name, slopes, list(_MODES), _TOLERANCE)
    else:
        yield Check(name=name, passed=None, reason=make_reason("thin_network_too_large"))
    noise = measurement_at(found, "noise_in_evaluation")
    yield equality_check("autoencoder.noise_in_evaluation", False, noise)
    losses = measurement_at(found, "loss")
    yield tolerance_check("autoencoder.loss", losses, list(_LOSSES), _TOLERANCE)
