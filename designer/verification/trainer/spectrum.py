"""The power of pictures by spatial frequency, and its difference between two sets."""

from __future__ import annotations

import torch

FLOOR = 1e-12
"""Share of the power of the targets, below which the power of a frequency counts as this share."""


def radial_powers(pictures: torch.Tensor) -> torch.Tensor:
    """Mean power by frequency: entry k − 1 is that at k cycles per longest side, k = 1 … ⌊side/2⌋.

    The power of a frequency vector is |Fourier transform|², averaged over pictures and channels; it
    counts at the k nearest to its length. Those above half a cycle per pixel are left out.
    """
    size = pictures.shape[2:]
    axes = tuple(range(2, pictures.dim()))
    power = torch.fft.fftn(pictures.double(), dim=axes).abs().square().mean(dim=(0, 1))
    lines = [torch.fft.fftfreq(side, dtype=torch.float64) * max(size) for side in size]
    grids = torch.meshgrid(*lines, indexing="ij")
    radius = torch.stack(grids).square().sum(dim=0).sqrt().round().long()
    most = max(size) // 2
    kept = (radius >= 1) & (radius <= most)
    bins = radius[kept] - 1
    sums = torch.zeros(most, dtype=torch.float64).index_add_(0, bins, power[kept])
    return sums / torch.bincount(bins, minlength=most)


def spectrum_error(fitted: torch.Tensor, targets: torch.Tensor) -> float:
    """Mean over k of |log₁₀(power of the fitted ÷ power of the targets)|: 1 is a factor of ten."""
    found, wanted = radial_powers(fitted), radial_powers(targets)
    floor = max(FLOOR * float(wanted.sum()), torch.finfo(torch.float64).tiny)
    ratios = found.clamp(min=floor) / wanted.clamp(min=floor)
    return float(ratios.log10().abs().mean())
