"""Names of torch functions that preserve the shape."""

from __future__ import annotations

ACTIVATION_FUNCTIONS = frozenset(
    [
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "rrelu",
        "elu",
        "selu",
        "celu",
        "gelu",
        "silu",
        "mish",
        "sigmoid",
        "tanh",
        "softplus",
        "hardtanh",
        "hardsigmoid",
        "hardswish",
        "softmax",
        "log_softmax",
        "logsigmoid",
        "softsign",
    ]
)
"""Functions recorded as the activation of the layer before them."""

SHAPE_PRESERVING_FUNCTIONS = frozenset(
    [
        "dropout",
        "dropout1d",
        "dropout2d",
        "dropout3d",
        "contiguous",
        "clone",
        "detach",
        "float",
        "double",
        "half",
        "cuda",
        "cpu",
        "to",
        "type",
        "requires_grad_",
        "normalize",
        "abs",
        "exp",
        "log",
        "sqrt",
        "clamp",
        "sign",
    ]
)
"""Functions and methods that are not recorded."""
