"""Receptive fields and pixel gradients of R3GAN's networks, compared with gradients of torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from designer.networks.pixel_gradients import pixel_gradients
from tests.networks.measured_gradients import assert_network_fields, torch_pixel_gradients
from tests.networks.r3gan.r3gan_designs import R3GAN_CASES, r3gan_design

pytestmark = pytest.mark.torch

NARROW = {"base_channels": 1, "max_channels": 2, "blocks": 1, "channels": 1, "expansion": 1}
CHAINS: dict[str, dict[str, Any]] = {
    "two doublings": {"size": [128], "search": {"strides": [2], "kernel_sizes": [4]}},
    "zeros at both ends": {"size": [96], "search": {"strides": [2], "kernel_sizes": [6, 8]}},
    "tripled": {"size": [135], "search": {"strides": [3], "kernel_sizes": [5]}},
    "longer by one": {"size": [115], "search": {"strides": [2], "kernel_sizes": [4, 5]}},
    "a part of the triangle": {"size": [160], "search": {"strides": [4], "kernel_sizes": [6]}},
    "two axes": {"size": [64, 45], "search": {"strides": [2], "kernel_sizes": [4, 5]}},
}


@pytest.mark.parametrize("chain", CHAINS)
def test_fields_are_what_gradients_reach(chain: str) -> None:
    """Of the modules of both paths, of the sums, and of the fixed filters without their zeros."""
    found = r3gan_design("signal", dimensions=len(CHAINS[chain]["size"]), **NARROW, **CHAINS[chain])
    network = found.gan.discriminator
    assert network is not None
    assert assert_network_fields(found.gan, found.gan.generator, start="main.3") >= 6
    assert assert_network_fields(found.gan, network, start="") >= 6


@pytest.mark.parametrize("case", R3GAN_CASES)
def test_pixel_gradients_are_those_of_torch(case: str) -> None:
    """With equal weights, of every pixel, and of some of them alone."""
    found = r3gan_design(case)
    network = found.gan.discriminator
    assert network is not None
    measured = torch_pixel_gradients(found.gan, network, divided=False)
    predicted = pixel_gradients(network)
    np.testing.assert_allclose(predicted / predicted.mean(), measured / measured.mean(), rtol=1e-6)
    region = tuple(range(side // 3, side // 3 + 4) for side in predicted.shape)
    cut = predicted[tuple(slice(part.start, part.stop) for part in region)]
    np.testing.assert_allclose(pixel_gradients(network, region), cut, rtol=1e-12)
