"""Random networks of all ops: small, thin, on 1 to 3 axes, most of them legal."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

from tests.audit.eager_torch import run_layers

Json = dict[str, Any]


MAX_AXIS_SIZE = 400
"""Longest axis: a transposed convolution of ten thousand channels can crash torch outright."""


def random_network(random: Random) -> tuple[list[int], list[Json], int]:
    """Input shape, layers and batch."""
    axes = random.choice((1, 2, 2, 2, 3))
    top = {1: 40, 2: 14, 3: 7}[axes]
    shape = [random.randint(1, 6)] + [random.randint(1, top) for _ in range(axes)]
    if random.random() < 0.15:
        shape = [random.randint(1, 40)]
    batch = random.choice((1, 2, 2, 2, 3, 4))
    layers: list[Json] = []
    known = [list(shape)]
    for _ in range(random.randint(1, 9)):
        op = random.choice(OPS)
        layer = {"op": op, **MAKERS[op](random, known[-1], len(layers))}
        outcome = run_layers([*layers, layer], shape, batch=batch)
        if outcome.fails_at is None:
            known.append(outcome.shapes[-1])
            if max(known[-1], default=1) > MAX_AXIS_SIZE:
                known.pop()
                continue
        elif random.random() < 0.75:
            continue
        else:
            known.append(known[-1])
        layers.append(layer)
    return shape, layers, batch


def mostly_exact(random: Random, number: int) -> int:
    """The number, or occasionally one close to it."""
    return max(1, number + random.choice((-1, 1, 2))) if random.random() < 0.06 else number


def per_axis(random: Random, axes: int, low: int, high: int) -> int | list[int]:
    """One value for all axes, or one per axis."""
    if axes and random.random() < 0.3:
        return [random.randint(low, high) for _ in range(axes)]
    return random.randint(low, high)


def window(random: Random, axes: int) -> Json:
    names = {"kernel_size": (1, 5), "stride": (1, 3), "padding": (0, 2), "dilation": (1, 2)}
    layer = {
        name: per_axis(random, axes, *bounds)
        for name, bounds in names.items()
        if name == "kernel_size" or random.random() < 0.6
    }
    if random.random() < 0.05:
        lists = any(isinstance(value, list) for value in layer.values())
        if not lists:
            layer["ndim"] = random.randint(1, 3)
    return layer


def conv(random: Random, input_shape: list[int], index: int) -> Json:
    axes = min(len(input_shape) - 1, 3)
    layer = window(random, axes)
    groups = random.choice((1, 1, 1, 2, 3))
    out = random.choice((1, 2, 3, 4, 6))
    layer |= {"in_channels": mostly_exact(random, (input_shape or [1])[0]), "out_channels": out}
    if random.random() < 0.3:
        layer["groups"] = groups
    if random.random() < 0.3:
        layer["bias"] = random.random() < 0.5
    if random.random() < 0.25:
        layer["padding_mode"] = random.choice(("reflect", "replicate", "circular", "zeros"))
    if random.random() < 0.1:
        layer["padding"] = random.choice(("same", "valid"))
        if random.random() < 0.7:
            layer.pop("stride", None)
    return layer


def conv_transpose(random: Random, input_shape: list[int], index: int) -> Json:
    layer = conv(random, input_shape, index)
    layer.pop("padding_mode", None)
    if isinstance(layer.get("padding"), str) and random.random() < 0.7:
        layer["padding"] = 0
    if random.random() < 0.4:
        layer["output_padding"] = per_axis(random, min(len(input_shape) - 1, 3), 0, 2)
        lengths = {len(v) for v in layer.values() if isinstance(v, list)}
        if "ndim" in layer and lengths - {layer["ndim"]}:
            layer.pop("output_padding")
    return layer


def linear(random: Random, input_shape: list[int], index: int) -> Json:
    out = random.randint(1, 12)
    return {"in_features": mostly_exact(random, (input_shape or [2])[-1]), "out_features": out}


def reshape(random: Random, input_shape: list[int], index: int) -> Json:
    whole = prod(input_shape)
    divisors = [d for d in range(1, whole + 1) if whole % d == 0]
    first = random.choice(divisors)
    remaining_divisors = [d for d in divisors if (whole // first) % d == 0]
    second = random.choice(remaining_divisors)
    shape = [first, second, whole // first // second][: random.randint(1, 3)]
    if random.random() < 0.3:
        shape[random.randrange(len(shape))] = -1
    layer: Json = {"shape": shape}
    if random.random() < 0.2:
        layer["fold_batch"] = True
    return layer


def flatten(random: Random, input_shape: list[int], index: int) -> Json:
    if random.random() < 0.2:
        return {"start_dim": random.randint(0, 3), "end_dim": random.randint(-2, 3)}
    return {}


def upsample(random: Random, input_shape: list[int], index: int) -> Json:
    axes = len(input_shape) - 1
    suited = {1: "linear", 2: random.choice(("bilinear", "bicubic")), 3: "trilinear"}
    mode = random.choice(("nearest", "nearest", "nearest-exact", "area", suited.get(axes, "area")))
    if random.random() < 0.05:
        mode = random.choice(("linear", "bilinear", "trilinear", "bicubic"))
    layer: Json = {"mode": mode}
    if random.random() < 0.3:
        layer["size"] = per_axis(random, min(axes, 3), 1, 9)
    else:
        factors = (1, 2, 2, 3, 1.5, 0.5, 1.3, 0.3)
        factor: Any = random.choice(factors)
        if random.random() < 0.2 and axes:
            factor = [float(random.choice(factors)) for _ in range(min(axes, 3))]
        layer["scale_factor"] = factor
    return layer


def pixel_shuffle(random: Random, input_shape: list[int], index: int) -> Json:
    factor = random.choice((1, 2, 2, 3))
    return {"upscale_factor": factor}


def pad(random: Random, input_shape: list[int], index: int) -> Json:
    pairs = max(1, len(input_shape) - 1) if random.random() < 0.8 else random.randint(1, 4)
    mode = random.choice(("constant", "constant", "reflect", "replicate", "circular"))
    # torch computes wrong sizes for reflection and replication with negative pads
    low = -2 if random.random() < 0.3 and mode in ("constant", "circular") else 0
    pads = [random.randint(low, 3) for _ in range(2 * pairs)]
    if random.random() < 0.03:
        pads.pop()
    return {"pad": pads, "mode": mode}


def crop(random: Random, input_shape: list[int], index: int) -> Json:
    axes = len(input_shape) - 1 if random.random() < 0.9 else random.randint(1, 3)
    return {
        "crop": [[random.randint(0, 2), random.randint(0, 2)] for _ in range(max(1, min(axes, 3)))]
    }


def max_pool(random: Random, input_shape: list[int], index: int) -> Json:
    layer = window(random, min(len(input_shape) - 1, 3))
    if random.random() < 0.4:
        layer["ceil_mode"] = True
    return layer


def avg_pool(random: Random, input_shape: list[int], index: int) -> Json:
    layer = max_pool(random, input_shape, index)
    layer.pop("dilation", None)
    return layer


def skip(random: Random, input_shape: list[int], index: int) -> Json:
    layer: Json = {"from": random.randint(-1, index - 1)}
    if random.random() < 0.4:
        layer["skip_first"] = True
    return layer


def branch(random: Random, input_shape: list[int], index: int) -> Json:
    return {"from": random.randint(-1, index - 1)}


def concat(random: Random, input_shape: list[int], index: int) -> Json:
    return {"extra_channels": random.randint(1, 4)}


def global_pool(random: Random, input_shape: list[int], index: int) -> Json:
    return {"keepdim": random.random() < 0.6}


def norm(random: Random, input_shape: list[int], index: int) -> Json:
    layer: Json = {}
    if random.random() < 0.5:
        layer["num_features"] = mostly_exact(random, (input_shape or [1])[0])
    if random.random() < 0.1:
        layer["ndim"] = random.randint(1, 3)
    return layer


def instance_norm(random: Random, input_shape: list[int], index: int) -> Json:
    layer = norm(random, input_shape, index)
    for name in ("affine", "track_running_stats"):
        if random.random() < 0.4:
            layer[name] = random.random() < 0.7
    return layer


def group_norm(random: Random, input_shape: list[int], index: int) -> Json:
    channels = mostly_exact(random, (input_shape or [1])[0])
    divisors = [n for n in range(1, channels + 1) if channels % n == 0]
    groups = random.choice(divisors) if random.random() < 0.9 else random.randint(1, 5)
    layer: Json = {"num_groups": groups, "num_channels": channels}
    if random.random() < 0.2:
        layer["affine"] = random.random() < 0.5
    return layer


def layer_norm(random: Random, input_shape: list[int], index: int) -> Json:
    sizes = [mostly_exact(random, size) for size in (input_shape or [1])[-random.randint(1, 4) :]]
    return {"normalized_shape": sizes[0] if len(sizes) == 1 else sizes}


def adaptive_pool(random: Random, input_shape: list[int], index: int) -> Json:
    axes = min(len(input_shape) - 1, 3) if random.random() < 0.8 else random.randint(1, 3)
    layer: Json = {"output_size": 1 if random.random() < 0.4 else per_axis(random, axes, 1, 5)}
    if isinstance(layer["output_size"], list) and axes > 1 and random.random() < 0.3:
        layer["output_size"][random.randrange(axes)] = None
    if random.random() < 0.2 and not isinstance(layer["output_size"], list):
        layer["ndim"] = random.randint(1, 3)
    if random.random() < 0.4:
        layer["mode"] = random.choice(("avg", "max"))
    return layer


MAKERS = {
    "adaptive_pool": adaptive_pool,
    "instance_norm": instance_norm,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "conv": conv,
    "conv_transpose": conv_transpose,
    "linear": linear,
    "reshape": reshape,
    "flatten": flatten,
    "upsample": upsample,
    "pixel_shuffle": pixel_shuffle,
    "pad": pad,
    "crop": crop,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "global_pool": global_pool,
    "concat": concat,
    "concat_from": skip,
    "add_from": skip,
    "branch_from": branch,
    "norm": norm,
}
OPS = ("conv", "conv", "conv", "conv_transpose", "conv_transpose", *MAKERS)
