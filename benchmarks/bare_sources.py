"""A bare process with torch that runs sources, each in a fork of its own: `audit_sources` starts it.

    python -m benchmarks.bare_sources

Reads one JSON line per run: the source, the expression of its network, and its inputs. It prints
the type of the network's output, or the exception.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn

BATCH = 2
_DTYPES = {"float32": torch.float32, "int64": torch.int64}


class BareProcess:
    """A subprocess that has loaded torch."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare_sources"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, case: dict[str, Any]) -> float:
        """The seconds of one run."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        start = perf_counter()
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().strip()
        assert said in ("Tensor", "tuple", "list", "dict"), said
        return perf_counter() - start

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def run_case(case: dict[str, Any]) -> str:
    """Run a source, make its network and call it; the type of the output."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "__name__": "__main__"}
    exec(compile(case["source"], "source.py", "exec"), names)
    network = eval(case["network"], names)
    return type(network(*map(_make_input, case["inputs"]))).__name__


def _make_input(given: dict[str, Any]) -> torch.Tensor:
    shape = [BATCH, *given["shape"]]
    if given["dtype"] == "int64":
        return torch.randint(0, given.get("high", 10), shape)
    return torch.randn(shape, dtype=_DTYPES[given["dtype"]])


def main() -> None:
    """Run one case per input line, each in a fork."""
    torch.set_num_threads(1)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                with redirect_stdout(StringIO()):
                    said = run_case(json.loads(line))
                print(said, flush=True)
            except BaseException as error:
                print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
