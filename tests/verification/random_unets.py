"""Random briefs with skips, the same for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from designer.brief.brief_json import brief_from_document
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief

SIDES = {1: (30, 400), 2: (16, 90), 3: (8, 24)}


def random_windows(random: Random, *, exact: bool) -> list[dict[str, Any]]:
    """Windows of one to four levels, as a user would give them, or exact ones."""
    found = []
    for _ in range(random.randint(1, 4)):
        stride = random.choice((2, 2, 2, 3, 4))
        kernel = stride + 2 * random.randint(0, 1) if exact else stride + random.randint(0, 3)
        most = (kernel - stride) // 2
        padding = most if exact else random.randint(0, (kernel - 1) // 2)
        found.append({"kernel_size": kernel, "stride": stride, "padding": padding})
    return found


def random_brief(random: Random) -> dict[str, Any]:
    """A brief with skips, of small networks."""
    axes = random.choice((1, 2, 2, 2, 3))
    any_size = random.choice(("output_padding", "output_padding", "pad", "off"))
    shuffles = ["subpixel"] if any_size != "output_padding" else []
    brief = {
        "resolution": [random.randint(*SIDES[axes]) for _ in range(axes)],
        "encoder": True,
        "skips": random.choice(("concat", "concat", "add")),
        "any_size": any_size,
        "architecture": random.choice(("dcgan", "dcgan", "resnet")),
        "initial_map": random.choice((None, {"channels": 5})),
        "input_channels": random.choice((None, 1, 4)),
        "channels": random.choice((1, 3)),
        "base_channels": random.choice((1, 2, 5, 8)),
        "max_channels": random.choice((8, 64)),
        "upsampling": random.choice(["transposed", "transposed", "resize", *shuffles]),
        "normalization": random.choice(("batch", "batch", "instance", "layer", "group", "none")),
        "blocks": random.choice((None, 1, 2, 3)),
        "output_activation": random.choice(("tanh", "sigmoid", "none")),
    }
    if brief["architecture"] == "resnet" and brief["normalization"] == "none":
        brief["normalization"] = "batch"
    if random.random() < 0.6:
        exact = any_size == "pad"
        brief["chain"] = random_windows(random, exact=exact)
        if random.random() < 0.2:
            other = [random_windows(random, exact=exact)[0] for _ in brief["chain"]]
            brief["chain"] = [
                _per_axis(*pair, axes) for pair in zip(brief["chain"], other, strict=True)
            ]
    return brief


def _per_axis(first: dict[str, Any], last: dict[str, Any], axes: int) -> dict[str, Any]:
    """A window of its own for the last axis."""
    return {name: [first[name]] * (axes - 1) + [last[name]] for name in first}


def drawn_brief(seed: int) -> dict[str, Any]:
    """The first possible brief of a seed."""
    random = Random(seed)
    while True:
        document = random_brief(random)
        if "chain" not in document or _fits(document):
            return document


def _fits(document: dict[str, Any]) -> bool:
    """Whether no map gets smaller than two positions or its kernel."""
    sides = list(document["resolution"])
    for window in reversed(document["chain"]):
        columns = [
            value if isinstance(value, list) else [value] * len(sides)
            for value in (window[key] for key in ("kernel_size", "stride", "padding"))
        ]
        rows = zip(sides, *columns, strict=True)
        sides = [
            (side + 2 * padding - kernel) // stride + 1 for side, kernel, stride, padding in rows
        ]
        if min(sides) < 2:
            return False
    return True


def random_unets(count: int) -> Iterator[Gan]:
    """The networks of the first seeds."""
    for seed in range(count):
        brief = brief_from_document(drawn_brief(seed))
        yield assemble_networks(brief, solve_brief(brief).chain)
