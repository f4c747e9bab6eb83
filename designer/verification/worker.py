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
from pathlib import Path
from typing import Any, NoReturn

from designer.errors import ProbeFailed
from designer.verification.channel import Channel
from designer.verification.confinement import allow_cpu, confine, die_with_parent
from designer.verification.limits import Limits

LONGEST_JOB = 64 * 2**20


def start_worker(
    channel: Channel,
    *,
    run_job: Callable[[dict[str, Any]], dict[str, Any]],
    limits: Limits,
    scratch: Path,
    user: int | None,
) -> NoReturn:
    """Be the first process of the worker's session: hold the one that works and reap its orphans.

    The working process is a child of this one, so that limits that end it by a signal hold even
    where this process is the first of a process namespace (the kernel spares those).
    """
    os.setsid()
    die_with_parent()
    working = os.fork()
    if working == 0:
        try:
            _work(channel, run_job=run_job, limits=limits, scratch=scratch, user=user)
        finally:
            os._exit(1)
    channel.close()
    while True:
        try:
            ended, _ = os.wait()
        except InterruptedError:
            continue
        if ended == working:
            os._exit(0)


def _work(
    channel: Channel,
    *,
    run_job: Callable[[dict[str, Any]], dict[str, Any]],
    limits: Limits,
    scratch: Path,
    user: int | None,
) -> None:
    enforced = confine(limits, scratch, user=user)
    die_with_parent()
    channel.send({"enforced": enforced})
    while True:
        job = channel.receive(limit=LONGEST_JOB)
        allow_cpu(limits.cpu_s)
        channel.send({**_answer(run_job, job), "resident_bytes": _peak_resident_bytes()})


def _answer(
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
