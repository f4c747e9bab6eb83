"""The dearest request of each endpoint, found by search: CPU, memory and bytes of the web process.

    python -m benchmarks.cost [--trials COUNT] [--seed NUMBER]

Every request is answered by a process of its own, forked from one that has loaded the application.
The search draws requests from extreme values, then changes one value at a time of the dearest.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from service.app import create_app

MIB = 2**20
MAX_CPU_S = 3.0
"""What a request may take in a web process, in seconds of processor time."""

MAX_MEMORY_MIB = 64.0
"""What a request may take in a web process beside what it had before."""

Choices = Mapping[str, Sequence[object]]
"""Values of each field; None leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint, extreme values of its fields, and the body that is made of chosen values."""

    path: str
    choices: Mapping[str, Any]
    body: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of one request; ``memory_mib`` is the growth of the process at its largest."""

    cpu_s: float
    memory_mib: float
    bytes_out: int
    status: int
    body: dict[str, Any]

    @property
    def rank(self) -> float:
        """The larger share of the two bounds."""
        return max(self.cpu_s / MAX_CPU_S, self.memory_mib / MAX_MEMORY_MIB)


def as_given(chosen: dict[str, Any]) -> dict[str, Any]:
    """The chosen values as a body; dots in a name lead to a nested object."""
    body: dict[str, Any] = {}
    for name, value in chosen.items():
        *path, last = name.split(".")
        place = body
        for part in path:
            place = place.setdefault(part, {})
        if value is not None:
            place[last] = value
    return {name: value for name, value in body.items() if value != {}}


def audit_body(chosen: dict[str, Any]) -> dict[str, Any]:
    """An audit of a list of like layers, some of them others."""
    channels, axes = chosen["channels"], chosen["axes"]
    layer = {"in_channels": channels, "out_channels": channels, **chosen["layer"]}
    layers = [layer | (chosen["other"] if number % 3 == 1 else {}) for number in range(chosen["n"])]
    side = chosen["side"]
    body = {
        "layers": layers,
        "input_shape": [channels, *[side] * axes],
        "wanted_shape": chosen["wanted"] and [channels, *[chosen["wanted"]] * axes],
        "adapt_to": chosen["adapt_to"] and [chosen["adapt_to"]] * axes,
        "batch": chosen["batch"],
        "mirror": chosen["mirror"],
    }
    return {name: value for name, value in body.items() if value is not None}


SEARCH: Choices = {
    "search.kernel_sizes": [
        None,
        list(range(1, 65)),
        list(range(2, 130, 2)),
        list(range(2, 84, 2)),
        list(range(1, 21)),
        list(range(193, 257)),
    ],
    "search.strides": [None, [2, 3], list(range(1, 39)), list(range(1, 65)), [2], [1, 2, 3, 4]],
    "search.dilations": [None, [1, 2, 3], list(range(1, 33))],
    "search.exact": [None, "any", "require"],
    "search.overlap": [None, "any", "even"],
    "search.anisotropic": [None, True],
    "search.output_padding": [None, False],
    "search.max_layers": [None, 64, 6],
    "budget.parameters": [None, 1, 100_000, 10_000_000, 10**9],
    "budget.multiply_adds": [None, 1, 10_000_000, 10**9, 10**13],
}
SIZES = [[1_048_576], [1_046_527], [64], [16384, 16384], [1024, 1024], [997, 991], [720, 840]]
SIZES += [[64, 64], [48, 48, 48], [16384, 4], [128, 128, 128], [101, 103, 107], [16384, 256, 256]]
LAYER: Choices = {
    "input_size": [[1_048_576], [16384], [1024, 1024], [256, 256], [64, 64, 64], [12, 12, 12]],
    "kernel_size": [1, 3, 8, 64, 1024, 65_536],
    "stride": [None, 2, 7, 64, 1024],
    "padding": [None, 1, 31, 512],
    "dilation": [None, 2, 5],
    "include": [
        *([form] for form in ("overlap", "matrix", "phases", "equivalent")),
        ["overlap", "matrix", "phases", "equivalent"],
    ],
}
CHANGES = [{}, {"kernel_size": 4}, {"stride": 2}, {"padding": 0}, {"dilation": 3}]
ENDPOINTS = [
    Endpoint(
        path="/v1/designs",
        choices={"resolution": SIZES, "latent_dim": [100], "verify": ["none"]}
        | {"max_channels": [None, 65_536], "upsampling": [None, "resize", "subpixel"]}
        | dict(SEARCH),
        body=as_given,
    ),
    Endpoint(
        path="/v1/chains",
        choices={"to": SIZES, "from": [None, [4, 4], [1, 1, 1]], "limit": [None, 200]}
        | dict(SEARCH),
        body=as_given,
    ),
    Endpoint(path="/v1/layers/conv", choices=LAYER, body=as_given),
    Endpoint(path="/v1/layers/conv-transpose", choices=LAYER, body=as_given),
    Endpoint(
        path="/v1/layers/solve",
        choices={
            "op": ["conv", "conv_transpose"],
            "input_size": [[16384], [1_048_576], [64, 64], [720, 840, 960], [16384, 16383]],
            "output_size": [[16384], [1_048_576], [32, 32], [720, 840, 960], [5461, 16384]],
            "kernel_size": [None, 3, 65_536],
            "stride": [None, 1, 7],
            "padding": [None, 1],
            "dilation": [None, 2],
        },
        body=as_given,
    ),
    Endpoint(
        path="/v1/audits",
        choices={
            "n": [2, 21, 64, 256],
            "axes": [1, 2, 3],
            "channels": [1, 64, 4096],
            "side": [16, 100, 2048, 16384],
            "layer": [
                {"op": "conv", "kernel_size": 3, "padding": 1},
                {"op": "conv_transpose", "kernel_size": 3, "padding": 1},
                {"op": "conv", "kernel_size": 4, "padding": 1},
            ],
            "other": CHANGES,
            "wanted": [None, 7, 37, 2047],
            "adapt_to": [None, 64, 97, 1024],
            "batch": [None, 65_536],
            "mirror": [None, True],
        },
        body=audit_body,
    ),
]


def main() -> None:
    """Search every endpoint and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--trials", type=int, default=60, help="requests per endpoint")
    parser.add_argument("--seed", type=int, default=0, help="chooses the requests")
    parser.add_argument("--path", default="", help="only endpoints whose path contains this")
    arguments = parser.parse_args()
    print(f"{'endpoint':<28}{'CPU s':>8}{'MiB':>8}{'bytes out':>12}  status, request")
    for endpoint in ENDPOINTS:
        if arguments.path in endpoint.path:
            costs = list(islice(search_costs(endpoint, arguments.seed), arguments.trials))
            for cost in (max(costs, key=lambda c: c.cpu_s), max(costs, key=lambda c: c.memory_mib)):
                print(_row(endpoint, cost), flush=True)


def _row(endpoint: Endpoint, cost: Cost) -> str:
    figures = f"{cost.cpu_s:>8.2f}{cost.memory_mib:>8.1f}{cost.bytes_out:>12,}"
    return f"{endpoint.path:<28}{figures}  {cost.status}, {json.dumps(cost.body)[:400]}"


def search_costs(endpoint: Endpoint, seed: int) -> Iterator[Cost]:
    """The costs of requests without end: random ones, and changes of the dearest so far."""
    draw = random.Random(f"{seed} {endpoint.path}")
    names = list(endpoint.choices)
    best, best_rank = dict[str, Any](), -1.0
    for number in range(10**9):
        chosen = {name: draw.choice(endpoint.choices[name]) for name in names}
        if number % 3 and best:
            changed = draw.sample(names, 1 + number % 2)
            chosen = best | {name: chosen[name] for name in changed}
        cost = measure(endpoint.path, endpoint.body(chosen))
        if cost.rank > best_rank:
            best, best_rank = chosen, cost.rank
        yield cost


def measure(path: str, body: dict[str, Any]) -> Cost:
    """The cost of a request, in a process of its own."""
    receiver, sender = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(sender, path, body))
    process.start()
    sender.close()
    cost: Cost = receiver.recv()
    process.join()
    return cost


def _answer(sender: Any, path: str, body: dict[str, Any]) -> None:  # noqa: ANN401
    Path("/proc/self/clear_refs").write_text("5")  # reset the peak
    memory, cpu_s = _peak_bytes(), time.process_time()
    response = APP.test_client().post(path, json=body)
    cost = Cost(
        cpu_s=time.process_time() - cpu_s,
        memory_mib=(_peak_bytes() - memory) / MIB,
        bytes_out=len(response.data),
        status=response.status_code,
        body=body,
    )
    sender.send(cost)


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])


APP = create_app()

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
