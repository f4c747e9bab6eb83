"""Convolutions in blocks equal torch's own, and take less memory."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from designer.verification.probe import blocked_convolutions
from designer.verification.probe.blocked_convolutions import BlockedConvolutions

pytestmark = pytest.mark.torch

SETTINGS = [
    {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    for stride in (1, 2, 3)
    for padding in (0, 2)
    for dilation in (1, 2)
    for groups in (1, 2)
]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_blocks_give_the_convolution_and_its_gradients(
    transposed: bool, axes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For blocks of a few positions, with any settings: output and all gradients."""
    monkeypatch.setattr(blocked_convolutions, "_BLOCK_BYTES", 2**9)
    convolve = getattr(functional, f"conv{'_transpose' if transposed else ''}{axes}d")
    for settings in SETTINGS:
        channels = (4, 6 // settings["groups"]) if transposed else (6, 4 // settings["groups"])
        leaves = [torch.randn(2, 4, *[9, 7, 8][:axes]), torch.randn(*channels, *[3] * axes)]
        leaves = [each.double().requires_grad_() for each in (*leaves, torch.randn(6))]
        results = []
        for mode in (torch.enable_grad(), BlockedConvolutions()):
            with mode:
                output = convolve(*leaves, **settings)
                cotangent = torch.linspace(-1, 2, output.numel()).double().view(output.shape)
                results.append([output, *torch.autograd.grad(output, leaves, cotangent)])
        torch.testing.assert_close(*results, rtol=1e-12, atol=1e-12)
