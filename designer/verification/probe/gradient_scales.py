"""The sizes by which the rounding of gradients is measured.

The gradient of a weight is a sum over all positions. Its rounding is a share of the terms, not of the
sum: where the terms cancel, as for the only channel of a norm before another norm, which divides by
any scale, the sum has fewer correct digits.
"""

from __future__ import annotations

from math import sqrt

import torch

from designer.verification.probe.reference import LayerRow

_SCALES = dict[str, float]


def record_gradient_scales(
    scales: _SCALES, row: LayerRow, value: torch.Tensor, output: torch.Tensor
) -> None:
    """Once the gradient of a layer's output is known, add the scales of the layer's gradients by name.

    Terms of independent signs add up to the norm of the output's gradient in a channel, times the
    deviation of what it is multiplied by: the layer's input, or one for a norm and for a bias.
    """
    name, kind, settings = row
    if "Norm" not in kind and "in_channels" not in settings:
        return
    norm = "Norm" in kind
    read = 1.0 if norm else float(torch.linalg.vector_norm(value.detach())) / sqrt(value.numel())

    def record(gradient: torch.Tensor) -> None:
        over = [0, *range(2, gradient.dim())]
        largest = float(torch.linalg.vector_norm(gradient, dim=over).max())
        scales.update({f"{name}.weight": largest * read, f"{name}.bias": largest})

    output.register_hook(record)  # type: ignore[no-untyped-call]
