"""U-Nets at the limits of their norms, sizes and widths."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from designer import design
from designer.errors import InvalidRequest
from designer.networks.unet_sizes import least_input
from designer.verification import Pool

pytestmark = pytest.mark.torch

SMALL: dict[str, Any] = {
    "encoder": True,
    "skips": "concat",
    "base_channels": 4,
    "max_channels": 8,
    "initial_map": {"channels": 6},
}


def windows(number: int) -> list[dict[str, int]]:
    """Halvings."""
    return [{"kernel_size": 4, "stride": 2, "padding": 1}] * number


@pytest.mark.parametrize("norm", ["instance", "group"])
@pytest.mark.parametrize("any_size", ["output_padding", "pad"])
def test_a_design_takes_its_own_size(norm: str, any_size: str, pool: Pool) -> None:
    """Its lowest map is 1×2: a norm over both positions is legal, over one it is not."""
    brief = {**SMALL, "resolution": [8, 16], "normalization": norm, "any_size": any_size}
    made = design(**brief, chain=windows(3), runner=pool.run)
    assert made.verification.verdict == "verified", made.verification.failures
    assert all(map(int.__le__, least_input(made.gan), (8, 16)))


def test_a_lowest_map_of_one_position_without_norms_is_verified(pool: Pool) -> None:
    """Steps up are drawn as for any size."""
    brief = {**SMALL, "resolution": 16, "normalization": "none"}
    made = design(**brief, chain=windows(4), runner=pool.run)
    assert made.verification.verdict == "verified", made.verification.failures


def test_layer_norm_of_one_channel_needs_two_positions() -> None:
    """Torch rejects it on one, in evaluation too."""
    brief = {**SMALL, "resolution": 16, "normalization": "layer", "initial_map": {"channels": 1}}
    made = design(**brief, chain=windows(2), verify="none")
    network, least = made.generator().eval(), least_input(made.gan)
    with torch.no_grad():
        assert network(torch.zeros(1, 3, *least)).shape[2:] == torch.Size(least)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"resolution": 64, "base_channels": 4096, "max_channels": 65536}, "too_many_parameters"),
        ({"resolution": 16, "chain": windows(4)}, "norm_of_one_position"),
    ],
)
def test_a_refused_network_is_named(more: dict[str, Any], code: str) -> None:
    """As the U-Net."""
    with pytest.raises(InvalidRequest, match="U-Net") as caught:
        design(**{**SMALL, **more}, verify="none")
    assert [error.code for error in caught.value.errors] == [code]
