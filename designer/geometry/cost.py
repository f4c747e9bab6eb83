"""Costs of a layer: parameters, multiply-adds, and values saved for the backward pass.

Multiply-adds are counted for one sample, in convolutions and linear layers only. A transposed
convolution multiplies once per *input* position, tap and channel pair: counting output positions
instead, as several popular counters do, gives a result S times too high on each axis.
"""

from __future__ import annotations

from math import prod


def convolution_parameters(
    *, taps: int, in_channels: int, out_channels: int, groups: int = 1, bias: bool = False
) -> int:
    """Parameters of a (transposed) convolution: taps·C_in·C_out/groups, plus C_out for a bias.

    >>> convolution_parameters(taps=16, in_channels=100, out_channels=512)
    819200
    """
    return taps * in_channels * out_channels // groups + out_channels * bias


def norm_parameters(channels: int) -> int:
    """Scale and shift of an affine norm: two per channel.

    >>> norm_parameters(512)
    1024
    """
    return 2 * channels


def convolution_multiply_adds(
    *, positions: tuple[int, ...], taps: int, in_channels: int, out_channels: int, groups: int = 1
) -> int:
    """Multiply-adds of one sample: positions·taps·C_in·C_out/groups.

    ``positions`` is the size of the *output* of a convolution and of the *input* of a transposed
    convolution: the positions at which the kernel is applied.

    >>> convolution_multiply_adds(positions=(4, 4), taps=16, in_channels=512, out_channels=256)
    33554432
    """
    return prod(positions) * taps * in_channels * out_channels // groups


def batch_norm_saved_for_backward(channels: int) -> int:
    """Values that a batch norm saves besides its input: batch and running mean and deviation.

    >>> batch_norm_saved_for_backward(512)
    2048
    """
    return 4 * channels


def instance_norm_saved_for_backward(channels: int) -> int:
    """Values that an instance norm saves besides its input: mean, inverse deviation and its scales.

    >>> instance_norm_saved_for_backward(512)
    1536
    """
    return 3 * channels


def group_norm_saved_for_backward(groups: int) -> int:
    """Values that a group norm saves besides its input: mean and inverse deviation of each group.

    >>> group_norm_saved_for_backward(32)
    64
    """
    return 2 * groups


def spectral_norm_saved_for_backward(*, weights: int, out_channels: int) -> int:
    """Values that a spectral norm saves for one weight: singular vectors and greatest value.

    >>> spectral_norm_saved_for_backward(weights=27 * 64, out_channels=64)
    92
    """
    return out_channels + weights // out_channels + 1
