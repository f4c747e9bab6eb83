"""The process that runs texts: confined, alone in its session, one job after another.

It is forked by the keeper, which has imported torch and never run it, and serves jobs until it is
killed. What a text does to this process stays in it: the keeper ends it with all its children.
"""

from __future__ import annotations

import os
import resource
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from designer.errors import ProbeFailed
from designer.verification.channel import JsonChannel
from designer.verification.limits import Limits
from designer.verification.sandbox.privileges import (
    CLONE_NEWPID,
    adopt_orphans,
    die_with_parent,
    drop_privileges,
    set_cpu_limit,
    unshare,
)

MAX_JOB_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What a worker is to be: how it runs a job, what it may use, and as whom it works."""

    run_job: Callable[[dict[str, Any]], dict[str, Any]]
    limits: Limits
    scratch: Path
    uid: int | None

    def start(self, channel: JsonChannel) -> NoReturn:
        """Be the head of the worker's family, in a session and a process namespace of its own.

        The namespace's first process adopts orphans, and the working one is its child: the kernel
        spares the first process of a namespace some of the signals that end others.
        """
        os.setsid()
        os.dup2(1, 2)  # the keeper's standard output is the null device: a text has no voice
        die_with_parent()
        adopt_orphans()
        isolated = unshare(CLONE_NEWPID)
        if isolated:
            first = os.fork()
            if first:
                channel.close()
                _wait_for_child(first)
            die_with_parent()
        working = os.fork()
        if working:
            channel.close()
            _wait_for_child(working)
        try:
            self._work(channel, enforced=["process-namespace"] if isolated else [])
        finally:
            os._exit(1)

    def _work(self, channel: JsonChannel, *, enforced: list[str]) -> None:
        enforced += drop_privileges(self.limits, self.scratch, uid=self.uid)
        die_with_parent()
        channel.send({"enforced": enforced})
        while True:
            job = channel.receive(limit=MAX_JOB_BYTES)
            set_cpu_limit(self.limits.time_limits(job.get("level"))[1])
            channel.send(
                {**_run_and_reply(self.run_job, job), "resident_bytes": _peak_resident_bytes()}
            )


def _wait_for_child(child: int) -> NoReturn:
    """Reap whatever ends here, until the child does."""
    while os.wait()[0] != child:
        pass
    os._exit(0)


def _run_and_reply(
    run_job: Callable[[dict[str, Any]], dict[str, Any]], job: dict[str, Any]
) -> dict[str, Any]:
    try:
        measurements = run_job(job)
    except ProbeFailed as failed:
        return {"accident": str(failed), "facts": failed.facts}
    except MemoryError:
        return {"accident": "the text needs more memory than it may use", "facts": {}}
    except Exception:
        return {"bug": traceback.format_exc()}
    return {"measurements": measurements, "threads": threading.active_count()}


def _peak_resident_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
