"""Every kind of network can be fitted: axes, upsampling, norms, outputs, labels, maps, blocks."""

from __future__ import annotations

from typing import Any

import pytest

from designer import design
from designer.pipeline.trial import DataSet, make_trial, run_seed
from designer.verification.trainer.job import run_trial

pytestmark = pytest.mark.torch

NETWORKS: dict[str, dict[str, Any]] = {
    "one axis": {"resolution": [64]},
    "three axes": {"resolution": [8, 8, 8]},
    "other sides": {"resolution": [12, 20]},
    "resize": {"upsampling": "resize"},
    "sub-pixel": {"upsampling": "subpixel"},
    "layer norm": {"normalization": "layer"},
    "no norm": {"normalization": "none"},
    "no discriminator": {"discriminator": None},
    "a critic": {"discriminator": {"normalization": "none", "output": "critic"}},
    "spectral norm": {"discriminator": {"normalization": "spectral", "output": "logit"}},
    "a patch discriminator": {"discriminator": {"patch": 10}},
    "classes": {"classes": 3},
    "a sigmoid": {"output_activation": "sigmoid"},
    "no output activation": {"output_activation": "none"},
    "an initial map": {"initial_map": [8, 4, 4], "latent_dim": None},
    "a large initial map": {"initial_map": [16, 4, 4], "latent_dim": None},
    "a factor": {"factor": 2, "initial_map": [6, 8, 8], "resolution": None, "latent_dim": None},
    "an autoencoder": {"encoder": True, "variational": True},
    "residual blocks": {"architecture": "resnet"},
    "attention and labels": {
        "architecture": "resnet",
        "attention": 1,
        "classes": 3,
        "normalization": "conditional_batch",
    },
    "R3GAN": {"architecture": "r3gan", "expansion": 2, "group_width": 4, "classes": 2},
}


def brief(name: str) -> dict[str, Any]:
    """The fields of a small design."""
    fields = {"resolution": 16, "base_channels": 8, "channels": 1, "latent_dim": 6}
    given = {name: value for name, value in (fields | NETWORKS[name]).items() if value is not None}
    if "initial_map" in given:
        channels, *size = given["initial_map"]
        given["initial_map"] = {"channels": channels, "size": size}
    if NETWORKS[name].get("discriminator", 0) is None:
        given["discriminator"] = None
    return given | {"verify": "none"}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_every_kind_is_fitted(name: str) -> None:
    """Its error falls and every figure is there; its spectrum and Jacobian are finite."""
    given = brief(name)
    made = design(given.pop("resolution", None), **given)
    trial = make_trial(made.id, DataSet.GLYPHS, seeds=1, steps=8)
    run: Any = run_seed(trial, 0, runner=lambda job: {"trial": run_trial(job["trial"])})
    generator, discriminator = run["generator"], run["discriminator"]
    assert generator["final_error"] < generator["curve"][0]
    assert generator["spectrum_error"] > 0
    assert generator["condition"] is None or generator["condition"] >= 1
    assert (discriminator is None) == (made.gan.discriminator is None)
    if discriminator is not None:
        assert discriminator["final_loss"] < discriminator["curve"][0]
        assert 0 <= discriminator["accuracy"] <= 1
