"""The sizes by which the rounding of gradients is measured.

The gradient of a weight is a sum over all positions. Its rounding is a share of the terms, not of the
sum: where the terms cancel, as for the only channel of a norm before another norm, which divides by
any scale, the sum has fewer correct digits.
"""

from __future__ import annotations

from math import sqrt

import torch

from designer.verification.probe.reference import LayerRow
from designer.verification.probe.weights import CONDITIONAL_NORM, has_weights

_SCALES = dict[str, float]


def record_gradient_scales(
    scales: _SCALES, row: LayerRow, value: torch.Tensor, output: torch.Tensor
) -> None:
    """Once the gradient of a layer's output is known, add the scales of the layer's gradients by name.

    Of a self-attention, ``value`` is what its gain is multiplied by, at all positions of all channels.

    Each weight of a basis adds up samples alone.

    Of a conditional norm, they are those of its tables: a row of them adds up the samples of one label.

    Terms of independent signs add up to the norm of the output's gradient in a channel, times the
    deviation of what it is multiplied by: the layer's input, or one for a norm and for a bias.
    """
    name, kind, settings = row
    gain, basis = kind.startswith("model.Attention"), kind == "model.Basis"
    if "Norm" not in kind and not has_weights(settings) and not gain and not basis:
        return
    norm, tables = "Norm" in kind, kind == CONDITIONAL_NORM
    names = ("gain.weight", "bias.weight") if tables else ("weight", "bias")
    read = 1.0 if norm else float(torch.linalg.vector_norm(value.detach())) / sqrt(value.numel())

    def record(gradient: torch.Tensor) -> None:
        over = (
            [*range(gradient.dim())] if gain else [0, *([] if basis else range(2, gradient.dim()))]
        )
        largest = float(torch.linalg.vector_norm(gradient, dim=over).max())
        scales.update({f"{name}.{'gain' if gain else names[0]}": largest * read})
        scales.update({} if gain else {f"{name}.{names[1]}": largest})

    output.register_hook(record)  # type: ignore[no-untyped-call]
