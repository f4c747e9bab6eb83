"""Chains of transposed convolutions that fit, and the networks made of them."""
