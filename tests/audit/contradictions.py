"""Networks whose numbers do not match, one per kind of contradiction, with the fields at fault."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

CONV: Json = {"op": "conv", "in_channels": 3, "out_channels": 4, "kernel_size": 3}
GROW: Json = {**CONV, "op": "conv_transpose"}
LINEAR: Json = {"op": "linear", "in_features": 8, "out_features": 2}
INPUT = "/input_shape"

CONTRADICTIONS: dict[str, tuple[list[int], list[Json], list[str], Json]] = {
    "channels of a convolution": (
        [3, 8, 8], [CONV, {**CONV, "in_channels": 5}],
        ["/layers/1/in_channels"], {"in_channels": 5, "channels": 4},
    ),
    "channels of the input": (
        [4, 8, 8], [CONV], ["/layers/0/in_channels", INPUT], {"in_channels": 3, "channels": 4},
    ),
    "channels of a transposed convolution": (
        [3, 8, 8], [GROW, {**GROW, "in_channels": 5}],
        ["/layers/1/in_channels"], {"in_channels": 5, "channels": 4},
    ),
    "channels of a depthwise convolution": (
        [3, 8, 8], [CONV, {**CONV, "groups": 3, "out_channels": 3}],
        ["/layers/1/in_channels"], {"in_channels": 3, "channels": 4},
    ),
    "groups and input channels": (
        [3, 8, 8], [{**CONV, "groups": 2}],
        ["/layers/0/in_channels", "/layers/0/groups"], {"in_channels": 3, "groups": 2},
    ),
    "groups and output channels": (
        [3, 8, 8], [{**CONV, "groups": 3}],
        ["/layers/0/out_channels", "/layers/0/groups"], {"out_channels": 4, "groups": 3},
    ),
    "groups of a transposed convolution": (
        [3, 8, 8], [CONV, {**GROW, "in_channels": 4, "out_channels": 6, "groups": 4}],
        ["/layers/1/out_channels", "/layers/1/groups"], {"out_channels": 6, "groups": 4},
    ),
    "features of a linear layer": (
        [3, 8, 8], [{"op": "flatten"}, LINEAR],
        ["/layers/1/in_features"], {"in_features": 8, "features": 192},
    ),
    "features of the input": (
        [9], [LINEAR], ["/layers/0/in_features", INPUT], {"in_features": 8, "features": 9},
    ),
    "features of a map that was not flattened": (
        [3, 10, 10], [CONV, {**LINEAR, "in_features": 256}],
        ["/layers/1/in_features"], {"in_features": 256, "features": 8},
    ),
    "channels of a norm": (
        [3, 8, 8], [CONV, {"op": "norm", "num_features": 5}],
        ["/layers/1/num_features"], {"num_features": 5, "channels": 4},
    ),
    "channels of a norm of the input": (
        [3, 8, 8], [{"op": "norm", "num_features": 5}],
        ["/layers/0/num_features", INPUT], {"num_features": 5, "channels": 3},
    ),
    "channels of a sum": (
        [3, 8, 8], [{**CONV, "padding": 1}, {"op": "add_from", "from": -1}],
        ["/layers/1/from"], {"input_shape": [4, 8, 8], "skip_shape": [3, 8, 8]},
    ),
    "channels after a concatenation": (
        [3, 8, 8],
        [{**CONV, "padding": 1}, {"op": "concat_from", "from": -1}, {**CONV, "in_channels": 4}],
        ["/layers/2/in_channels"], {"in_channels": 4, "channels": 7},
    ),
    "channels after a concatenation of extra ones": (
        [3, 8, 8], [{"op": "concat", "extra_channels": 2}, CONV],
        ["/layers/1/in_channels"], {"in_channels": 3, "channels": 5},
    ),
    "sizes of a concatenation": (
        [3, 8, 8], [CONV, {"op": "concat_from", "from": -1}],
        ["/layers/1/from"], {"input_shape": [4, 6, 6], "skip_shape": [3, 8, 8]},
    ),
    "axes of a concatenation": (
        [3, 8, 8], [{"op": "flatten"}, {"op": "concat_from", "from": -1}],
        ["/layers/1/from"], {"input_shape": [192], "skip_shape": [3, 8, 8]},
    ),
    "channels of a pixel shuffle": (
        [3, 8, 8], [CONV, {"op": "pixel_shuffle", "upscale_factor": 3}],
        ["/layers/1/upscale_factor"], {"channels": 4, "upscale_factor": 3},
    ),
    "channels of a pixel shuffle of the input": (
        [3, 8, 8], [{"op": "pixel_shuffle", "upscale_factor": 2}],
        ["/layers/0/upscale_factor", INPUT], {"channels": 3, "upscale_factor": 2},
    ),
    "elements of a reshape": (
        [3, 8, 8], [CONV, {"op": "reshape", "shape": [5, 5]}],
        ["/layers/1/shape"], {"numbers": 144, "shape": [5, 5]},
    ),
    "a reshape with two inferred sizes": (
        [3, 8, 8], [{"op": "reshape", "shape": [-1, -1]}], ["/layers/0/shape"], {"shape": [-1, -1]},
    ),
    "channels after a reshape": (
        [36], [{"op": "reshape", "shape": [4, 3, 3]}, CONV],
        ["/layers/1/in_channels"], {"in_channels": 3, "channels": 4},
    ),
    "a vector for a convolution": (
        [3], [{**CONV, "ndim": 2}], ["/layers/0/ndim", INPUT], {"axes": 2, "input_shape": [3]},
    ),
    "one axis for a layer of three": (
        [3, 8], [{**CONV, "ndim": 3}],
        ["/layers/0/ndim", INPUT], {"axes": 3, "input_shape": [3, 8]},
    ),
    "axes of the kernel's list": (
        [3, 8], [{**CONV, "kernel_size": [3, 3, 3]}],
        ["/layers/0/kernel_size", INPUT], {"axes": 3, "input_shape": [3, 8]},
    ),
    "axes of a pooling": (
        [3, 8, 8], [{"op": "flatten"}, {"op": "max_pool", "kernel_size": 2, "ndim": 2}],
        ["/layers/1/ndim"], {"axes": 2, "input_shape": [192]},
    ),
    "axes of a norm": (
        [3, 8, 8], [{"op": "norm", "ndim": 3}],
        ["/layers/0/ndim", INPUT], {"axes": 3, "input_shape": [3, 8, 8]},
    ),
    "same padding with a stride": (
        [3, 8, 8], [{**CONV, "padding": "same", "stride": 2}],
        ["/layers/0/padding", "/layers/0/stride"], {"stride": [2, 2]},
    ),
    "a layer without fields": (
        [3, 8, 8], [{"op": "global_pool"}, {"op": "global_pool"}],
        ["/layers/1"], {"input_shape": [3]},
    ),
}  # fmt: skip
"""Input shape, layers, pointers, and some of the facts."""

SOURCES: dict[str, tuple[list[int], str, int, Json]] = {
    "two convolutions": (
        [3, 8, 8], "nn.Sequential(\n nn.Conv2d(3, 4, 3),\n nn.Conv2d(5, 4, 3),\n)",
        3, {"in_channels": 5, "channels": 4},
    ),
    "groups": (
        [3, 8, 8], "nn.Sequential(\n nn.Conv2d(3, 4, 3, groups=2),\n)",
        2, {"in_channels": 3, "groups": 2},
    ),
    "a linear layer": (
        [3, 8, 8], "nn.Sequential(\n nn.Flatten(),\n\n nn.Linear(100, 2),\n)",
        4, {"in_features": 100, "features": 192},
    ),
}  # fmt: skip
"""Input shape, source, the line of the layer that fails, and some of the facts."""
