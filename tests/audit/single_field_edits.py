"""Brute-force edits on plain JSON: every value, within a range, of one field of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

COUNTS = range(1, 41)
FEATURES = range(1, 130)
WINDOW: dict[str, list[Any]] = {
    "kernel_size": [*range(1, 13)],
    "stride": [*range(1, 7)],
    "padding": [*range(7), "same"],
    "dilation": [*range(1, 5)],
    "groups": [*range(1, 5)],
    "in_channels": [*COUNTS],
    "out_channels": [*COUNTS],
}
TRANSPOSED = {**WINDOW, "padding": [*range(7)], "output_padding": [*range(6)]}
AVERAGE: dict[str, list[Any]] = {
    "kernel_size": [*range(1, 9)],
    "stride": [*range(1, 7)],
    "padding": [*range(4)],
    "ceil_mode": [True, False],
}
TRIED_VALUES: dict[str, dict[str, list[Any]]] = {
    "conv": WINDOW,
    "conv_transpose": TRANSPOSED,
    "linear": {"in_features": [*FEATURES], "out_features": [*FEATURES]},
    "max_pool": {**AVERAGE, "dilation": [*range(1, 4)]},
    "avg_pool": AVERAGE,
    "pixel_shuffle": {"upscale_factor": [*range(1, 5)]},
    "concat": {"extra_channels": [*range(1, 20)]},
    "norm": {"num_features": [*COUNTS]},
    "instance_norm": {"num_features": [*COUNTS]},
    "group_norm": {"num_channels": [*COUNTS], "num_groups": [*range(1, 5)]},
    "layer_norm": {"normalized_shape": [*COUNTS]},
    "flatten": {"start_dim": [*range(1, 4)]},
    "global_pool": {"keepdim": [True, False]},
    "pad": {"mode": ["constant"]},
}


def single_edits(layers: list[Json]) -> Iterator[list[Json]]:
    """The layer lists that differ in one field of one layer."""
    for index, layer in enumerate(layers):
        for name, value in _values(layer, index):
            if layer.get(name) != value:
                yield [*layers[:index], {**layer, name: value}, *layers[index + 1 :]]


def _values(layer: Json, index: int) -> Iterator[tuple[str, Any]]:
    for name, values in TRIED_VALUES.get(layer["op"], {}).items():
        for value in values:
            yield name, value
    if "padding_mode" in layer:
        yield "padding_mode", "zeros"
    if layer["op"] == "upsample":
        name = "scale_factor" if "scale_factor" in layer else "size"
        for value in range(1, 9):
            yield name, value
    if "from" in layer:
        for source in range(-1, index - 1):
            yield "from", source
    for place, _ in enumerate(layer.get("shape", ())):
        for size in range(1, 65):
            yield "shape", [*layer["shape"][:place], size, *layer["shape"][place + 1 :]]
