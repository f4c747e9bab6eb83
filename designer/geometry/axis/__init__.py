"""Sizes along one axis: the formulas of convolution arithmetic, one function each.

Symbols, as in Dumoulin & Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285), with torch's argument names beside them:

    i  input size          o  output size         F  kernel_size      S  stride
    P  padding             D  dilation            A  output_padding   E  span = D(F − 1) + 1

All sizes are in pixels (samples, voxels) along one axis. Layers of n axes call these functions
once per axis; nothing else in the project computes a size.
"""

from __future__ import annotations

from designer.geometry.axis.interpolation import interpolation_weights
from designer.geometry.axis.output_size import (
    conv_input_sizes,
    conv_output_size,
    conv_transpose_output_size,
    inverse_output_padding,
    kernel_span,
    transposed_offset,
)
from designer.geometry.axis.overlap import (
    inner_pixels,
    matching_taps,
    overlaps_evenly,
    touched_pixels,
    unread_positions,
)
from designer.geometry.axis.padding import (
    conv_padding_solutions,
    mirrored_output_paddings,
    output_padding_solutions,
    transposed_padding,
)
from designer.geometry.axis.pooling import pool_output_size, unchecked_pool_output_size
from designer.geometry.axis.zero_insertion import direct_padding, zero_inserted_size

__all__ = [
    "conv_input_sizes",
    "conv_output_size",
    "conv_padding_solutions",
    "conv_transpose_output_size",
    "direct_padding",
    "inner_pixels",
    "interpolation_weights",
    "inverse_output_padding",
    "kernel_span",
    "matching_taps",
    "mirrored_output_paddings",
    "output_padding_solutions",
    "overlaps_evenly",
    "pool_output_size",
    "touched_pixels",
    "transposed_offset",
    "transposed_padding",
    "unchecked_pool_output_size",
    "unread_positions",
    "zero_inserted_size",
]
