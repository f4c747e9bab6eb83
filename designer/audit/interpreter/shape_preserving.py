"""Torch modules and functions that preserve the shape."""

from __future__ import annotations

import re

ACTIVATION_MODULES = frozenset(
    (
        *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU"),
        *("Mish", "Sigmoid", "LogSigmoid", "Tanh", "Hardtanh", "Hardsigmoid", "Hardswish"),
        *("Hardshrink", "Softshrink", "Tanhshrink", "Threshold", "Softplus", "Softsign", "Softmin"),
        *("Softmax", "Softmax2d", "LogSoftmax"),
    )
)
"""Modules recorded as the activation of the layer before them."""

NEUTRAL_MODULES = {"Identity", "AlphaDropout", "FeatureAlphaDropout", "Dropout"} | {
    f"Dropout{axes}d" for axes in (1, 2, 3)
}
"""Modules that are not recorded."""


def activation_name(module: str) -> str:
    """The name of a module's function.

    >>> activation_name("LeakyReLU"), activation_name("LogSoftmax")
    ('leaky_relu', 'log_softmax')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", module.replace("ReLU", "Relu"))
    return words.lower()


ACTIVATION_FUNCTIONS = {*map(activation_name, ACTIVATION_MODULES), "logsigmoid"}
"""Functions recorded as the activation of the layer before them."""

NEUTRAL_FUNCTIONS = {name.lower() for name in NEUTRAL_MODULES} | frozenset(
    (
        *("contiguous", "clone", "detach", "float", "double", "half", "cuda", "cpu", "to", "type"),
        *("requires_grad_", "normalize", "abs", "exp", "log", "sqrt", "clamp", "sign"),
    )
)
"""Functions and methods that are not recorded."""
