"""Traces the jobs on standard input, each in a process of its own, and prints the replies."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from designer.verification.tracer.job import trace_source


def main() -> None:
    """Print a list with one reply per job."""
    replies = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for job in json.load(sys.stdin):
            reply = Path(folder, "reply.json")
            child = os.fork()
            if child == 0:
                sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
                reply.write_text(json.dumps(trace_source(job)))
                os._exit(0)
            os.waitpid(child, 0)
            replies.append(json.loads(reply.read_text()))
            reply.unlink()
    print(json.dumps(replies))


if __name__ == "__main__":
    main()
