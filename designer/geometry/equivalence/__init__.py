"""Equivalent forms of a convolution and of a transposed convolution.

placement            pixel of each tap of each window, used by the other forms
direct_convolution   direct convolution over the zero-inserted map, and crop of the full output
python_snippet       the direct convolution as runnable Python text
matrix               C and Cᵀ as sparse matrices, each entry with its tap
phases               S^n interleaved small convolutions, and when they are a PixelShuffle
overlap_map          contributions per position, and the border
inverse              the layer that restores the input size, and the gradient layer
connectivity         whether taps connect the initial map of a chain to the picture
scatter              reference implementation that adds kernel copies one by one
"""
