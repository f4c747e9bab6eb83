"""The same layer another way: every form of a convolution and of its transpose.

placement   where each tap of each window lies, the one picture that the other forms share
direct      the direct convolution over the zero-inserted map, and the crop of the full output
snippet     the direct convolution as Python text that runs
matrix      C and Cᵀ, sparse, each entry naming its tap
phases      S^n small convolutions that are interleaved, and when that is PixelShuffle
overlap     contributions per position, where the border begins, what is never touched
inverse     the layer that leads back, and the layer that is the gradient
scatter     the reference that adds kernel copies one by one
proof       all of it against torch; the one module here that imports it
"""
