"""The fork server: imports torch once and forks the workers that run sources.

    pool (web worker)  ──job──►  fork server  ──job──►  worker
    never imports torch          imports torch          runs the source

Forking a process that has imported torch takes milliseconds where a start takes a second, so a
worker that hung, crashed or was tainted is replaced at once. The fork server never runs a source:
it kills the worker and its descendants at the deadline and reports the result to the pool. It exits
when its standard input closes, and removes its processes and files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from designer.verification.channel import (
    ChannelClosed,
    ChannelProtocolError,
    ChannelTimeout,
    JsonChannel,
    OwnerClosed,
    OwnerSent,
    open_channel_pair,
)
from designer.verification.limits import Limits
from designer.verification.probe import preload, run_job
from designer.verification.reply import read_reply
from designer.verification.sandbox.layers import is_foreign, missing_layers
from designer.verification.sandbox.namespaces import enter_user_namespace
from designer.verification.sandbox.privileges import FIRST_UID, Confinement, hide_memory
from designer.verification.sandbox.process_tree import kill_process_tree
from designer.verification.sandbox.readable_paths import readable_paths
from designer.verification.tracer.job import trace_source
from designer.verification.trainer.job import run_trial
from designer.verification.worker import MAX_JOB_BYTES, Worker

_START_S = 60.0


class ForkServer:
    """Runs the jobs of one pool slot, with one worker at a time."""

    def __init__(
        self,
        *,
        pool_channel: JsonChannel,
        worker: Worker,
        jobs_per_worker: int,
        resident_bytes: int,
        required_layers: list[str],
    ) -> None:
        self.pool_channel = pool_channel
        self.worker = worker
        self.jobs_per_worker = jobs_per_worker
        self.resident_bytes = resident_bytes
        self.required_layers = required_layers
        self.worker_pid: int | None = None
        self.worker_channel: JsonChannel | None = None
        self.enforced: list[str] = []
        self.jobs = 0

    def serve(self) -> None:
        """Answer jobs until the pool closes the channel."""
        try:
            self.start_worker()
            self.pool_channel.send({"ready": True, "enforced": self.enforced})
            while True:
                request = self.pool_channel.receive(limit=MAX_JOB_BYTES)
                if "cancel" in request:  # it came when the job had just been answered
                    continue
                reply = self.run(request["job"], discard=request["discard"])
                self.pool_channel.send({**reply, "enforced": self.enforced})
                if self.worker_pid is None:
                    self.start_worker()
        except (ChannelClosed, OwnerClosed):
            pass
        finally:
            self.end_worker()
            shutil.rmtree(self.worker.where.scratch, ignore_errors=True)

    def run(self, job: dict[str, Any], *, discard: bool) -> dict[str, Any]:
        """The measurements of a job, its accident, or the layers that its foreign text lacks.

        A foreign text has a worker of its own, in which nothing else ran or will run.
        """
        foreign = is_foreign(job)
        if preload(job) or (foreign and self.jobs):
            self.end_worker()
        if self.worker_pid is None:
            self.start_worker()
        missing = missing_layers(self.required_layers, self.enforced) if foreign else []
        if missing:
            return {"missing_layers": missing}
        reply = self._run_in_worker(job)
        if discard or foreign or self._must_replace_worker(reply):
            self.end_worker()
        return reply

    def _run_in_worker(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self.worker_channel is not None
        self.jobs += 1
        timeout_s, cpu_s = self.worker.limits.time_limits(job.get("level"))
        start = time.monotonic()
        deadline = start + timeout_s
        try:
            self.worker_channel.send(job, deadline=deadline)
            return read_reply(
                self.worker_channel.receive(
                    deadline=deadline, limit=self.worker.limits.reply_bytes, interruptible=True
                )
            )
        except ChannelTimeout:
            return {
                "accident": f"the source ran for more than {timeout_s:g} s and was stopped",
                "facts": {"wall_s": timeout_s},
            }
        except OwnerSent:
            self.pool_channel.receive(limit=MAX_JOB_BYTES)
            return {"accident": "the job was cancelled"}
        except ChannelClosed:
            # One thread computes: earlier, the limit on processor time cannot have ended it.
            within_limits = time.monotonic() - start < cpu_s
            accident = "the verifying process ended while it ran the source"
            return {"accident": accident, "ended": within_limits}
        except ChannelProtocolError as error:
            return {"accident": f"the verifying process sent {error}"}

    def _must_replace_worker(self, reply: dict[str, Any]) -> bool:
        return (
            "measurements" not in reply
            or bool(reply["measurements"].get("tainted"))
            or reply["threads"] != 1
            or reply["resident_bytes"] > self.resident_bytes
            or self.jobs >= self.jobs_per_worker
        )

    def start_worker(self) -> None:
        """Fork a worker and wait until its sandbox is active."""
        self.jobs = 0
        parent_end, child_end = open_channel_pair()
        self.worker_pid = os.fork()
        if self.worker_pid == 0:
            try:
                parent_end.close()
                self.pool_channel.close()
                self.worker.start(child_end)
            finally:
                os._exit(1)
        child_end.close()
        self.worker_channel = JsonChannel(
            read_fd=parent_end.read_fd,
            write_fd=parent_end.write_fd,
            owner=self.pool_channel.read_fd,
        )
        hello = self.worker_channel.receive(deadline=time.monotonic() + _START_S, limit=65_536)
        self.enforced = hello["enforced"]

    def end_worker(self) -> None:
        """Kill the worker with all its descendants, and empty the scratch folder."""
        if self.worker_pid is not None:
            kill_process_tree(self.worker_pid)
            self.worker_pid = None
        if self.worker_channel is not None:
            self.worker_channel.close()
            self.worker_channel = None
        for entry in self.worker.where.scratch.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def run_worker_job(job: dict[str, Any]) -> dict[str, Any]:
    """The report of a job: the trace of an audited source, a trial's run, or the probe's measurements."""
    if "source_trace" in job:
        return {"trace": trace_source(job["source_trace"])}
    if "trial" in job:
        return {"trial": run_trial(job["trial"])}
    return run_job(job)


def main() -> None:
    """Serve the pool on standard input and output; the only argument is the settings as JSON."""
    for signal_number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # sent by a terminal or a service manager: the pool ends this process itself
        signal.signal(signal_number, signal.SIG_IGN)
    settings = json.loads(sys.argv[1])
    pool_channel = JsonChannel(read_fd=os.dup(0), write_fd=os.dup(1))
    null_device = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null_device, descriptor)
    scratch = Path(settings["scratch"])
    uid = None
    in_user_namespace = False
    if os.getuid() == 0:
        uid = FIRST_UID + os.getpid() % 4000
        os.chown(scratch, uid, uid)
    else:
        in_user_namespace = enter_user_namespace()
    hide_memory()
    ForkServer(
        pool_channel=pool_channel,
        worker=Worker(
            run_job=run_worker_job,
            limits=Limits(**settings["limits"]),
            where=Confinement(
                scratch=scratch,
                readable=tuple(readable_paths()),
                uid=uid,
                in_user_namespace=in_user_namespace,
            ),
        ),
        jobs_per_worker=settings["jobs_per_worker"],
        resident_bytes=settings["resident_bytes"],
        required_layers=settings["required_layers"],
    ).serve()


if __name__ == "__main__":
    main()
