"""Convolutions in blocks equal torch's own, and take less memory."""

from __future__ import annotations

from typing import Any

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


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_blocks_are_used_in_inference_mode(
    transposed: bool, axes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There, torch calls another operation for each number of axes."""
    monkeypatch.setattr(blocked_convolutions, "_BLOCK_BYTES", 2**9)
    numbers: list[int] = []
    convolve = blocked_convolutions._convolve

    def counted(*given: Any) -> torch.Tensor:  # noqa: ANN401  those of the function
        numbers.append(len(given[-1]))
        return convolve(*given)

    monkeypatch.setattr(blocked_convolutions, "_convolve", counted)
    function = getattr(functional, f"conv{'_transpose' if transposed else ''}{axes}d")
    value = torch.randn(2, 4, *[9, 7, 8][:axes]).double()
    weight = torch.randn(4, 4, *[3] * axes).double()
    with torch.inference_mode():
        expected = function(value, weight)
        with BlockedConvolutions():
            torch.testing.assert_close(function(value, weight), expected, rtol=1e-12, atol=1e-12)
    assert len(numbers) == 1
    assert numbers[0] > 1
