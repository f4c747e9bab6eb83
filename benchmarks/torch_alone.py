"""A warm process that does only the verifier's work in torch and prints its duration.

    python -m benchmarks.torch_alone

Reads a job of the probe as one JSON line; runs it once per further line and prints the seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from time import perf_counter
from typing import Any

from designer.verification.probe import run_job


class TorchAlone:
    """A subprocess for one job."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.torch_alone"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ask(json.dumps(job))

    def seconds(self) -> float:
        """Run the job again and return the seconds."""
        return float(self._ask("again"))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def main() -> None:
    """Run the job once per input line."""
    job = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    for _ in sys.stdin:
        start = perf_counter()
        run_job(job)
        print(perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
