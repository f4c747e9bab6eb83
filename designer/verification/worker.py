"""The verifying process: runs one source after another, in the sandbox and in its own session.

The fork server forks it after importing torch, and kills it with all its descendants. Until then it
answers jobs.
"""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from designer.errors import ProbeFailed
from designer.verification.channel import JsonChannel
from designer.verification.limits import Limits
from designer.verification.sandbox.layers import is_foreign
from designer.verification.sandbox.namespaces import CLONE_NEWPID, unshare
from designer.verification.sandbox.privileges import (
    Confinement,
    adopt_orphans,
    die_with_parent,
    drop_privileges,
    hide_memory,
)
from designer.verification.sandbox.resource_limits import set_cpu_limit

MAX_JOB_BYTES = 64 * 2**20
MAX_DESCRIPTION = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Settings of a worker: the function that runs a job, limits, and where it is confined."""

    run_job: Callable[[dict[str, Any]], dict[str, Any]]
    limits: Limits
    where: Confinement

    def start(self, channel: JsonChannel) -> NoReturn:
        """Start a session and a process namespace, and fork the process that runs jobs.

        The namespace's first process adopts orphans. Jobs run in its child, because the kernel
        protects the first process of a namespace from some signals.
        """
        os.setsid()
        os.dup2(1, 2)  # discard errors, too: standard output is the null device
        die_with_parent()
        adopt_orphans()
        hide_memory()
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
            self._work(channel, replace(self.where, in_process_namespace=isolated))
        finally:
            os._exit(1)

    def _work(self, channel: JsonChannel, where: Confinement) -> None:
        channel.send({"enforced": drop_privileges(self.limits, where)})
        while True:
            job = channel.receive(limit=MAX_JOB_BYTES)
            _, cpu_s = self.limits.time_limits(job.get("level"))
            set_cpu_limit(cpu_s, final=is_foreign(job))
            channel.send(
                {**_run_and_reply(self.run_job, job), "resident_bytes": _peak_resident_bytes()}
            )


def _wait_for_child(child: int) -> NoReturn:
    """Reap children until ``child`` has ended, then exit."""
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
        return {"accident": "the source needs more memory than the limit allows", "facts": {}}
    except BaseException as error:  # a text defines its own: this process must answer all the same
        return {"accident": f"the probe failed: {_described_error(error)}", "facts": {}}
    return {"measurements": measurements, "threads": threading.active_count()}


def _described_error(error: BaseException) -> str:
    """The type and message of an exception; its type alone if it has no message."""
    name = type(error).__name__
    try:
        return f"{name}: {str(error)[:MAX_DESCRIPTION]}"
    except BaseException:
        return name


def _peak_resident_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
