"""The keeper: imports torch once, runs none of it, and forks the workers that do.

    pool (web worker)  ──job──►  keeper  ──job──►  worker
    never imports torch          never runs it     runs the text

A fork of a process that has imported torch takes milliseconds where a start takes a second, so a
worker that hung, died or was tainted is replaced at once. The keeper never runs a text: it holds the
clock, ends the worker at the deadline with everything that it started, and tells the pool what
happened. It lives as long as its standard input is open and leaves nothing behind.
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
    Abandoned,
    Channel,
    ChannelClosed,
    ChannelGarbled,
    ChannelTimeout,
    pipe_channels,
)
from designer.verification.limits import Limits
from designer.verification.probe import preload, run_job
from designer.verification.sandbox.privileges import (
    FIRST_USER,
    become_root_of_a_user_namespace,
)
from designer.verification.sandbox.process_tree import end_family
from designer.verification.worker import LONGEST_JOB, Worker

_START_S = 60.0


class Keeper:
    """Serves the jobs of one pool slot with one worker at a time."""

    def __init__(
        self, *, pool: Channel, worker: Worker, jobs_per_worker: int, resident_bytes: int
    ) -> None:
        self.pool = pool
        self.worker = worker
        self.jobs_per_worker = jobs_per_worker
        self.resident_bytes = resident_bytes
        self.family: int | None = None
        self.channel: Channel | None = None
        self.enforced: list[str] = []
        self.jobs = 0

    def serve(self) -> None:
        """Answer jobs until the pool has gone."""
        try:
            self.start()
            self.pool.send({"ready": True, "enforced": self.enforced})
            while True:
                request = self.pool.receive(limit=LONGEST_JOB)
                reply = self.run(request["job"], discard=request["discard"])
                self.pool.send({**reply, "enforced": self.enforced})
                if self.family is None:
                    self.start()
        except (ChannelClosed, Abandoned):
            pass
        finally:
            self.end()
            shutil.rmtree(self.worker.scratch, ignore_errors=True)

    def run(self, job: dict[str, Any], *, discard: bool) -> dict[str, Any]:
        """What the worker measured, or the accident that befell it."""
        if preload(job):
            self.end()
        if self.family is None:
            self.start()
        assert self.channel is not None
        self.jobs += 1
        wall_s, _ = self.worker.limits.seconds(job.get("level"))
        deadline = time.monotonic() + wall_s
        try:
            self.channel.send(job, deadline=deadline)
            reply = self.channel.receive(deadline=deadline, limit=self.worker.limits.reply_bytes)
            reply = reply if isinstance(reply, dict) else {"accident": "the worker spoke nonsense"}
        except ChannelTimeout:
            reply = {
                "accident": f"the text ran for more than {wall_s:g} s and was stopped",
                "facts": {"wall_s": wall_s},
            }
        except ChannelClosed:
            reply = {"accident": "the verifying process ended in the middle of the text"}
        except ChannelGarbled as garbled:
            reply = {"accident": f"the verifying process answered with {garbled}"}
        if discard or self._is_spent(reply):
            self.end()
        return reply

    def _is_spent(self, reply: dict[str, Any]) -> bool:
        return (
            "measurements" not in reply
            or bool(reply["measurements"].get("tainted"))
            or reply.get("threads") != 1
            or int(reply.get("resident_bytes", 0)) > self.resident_bytes
            or self.jobs >= self.jobs_per_worker
        )

    def start(self) -> None:
        """Fork a worker and wait until it is confined."""
        self.jobs = 0
        here, there = pipe_channels()
        self.family = os.fork()
        if self.family == 0:
            try:
                here.close()
                self.pool.close()
                self.worker.start(there)
            finally:
                os._exit(1)
        there.close()
        self.channel = Channel(
            read_fd=here.read_fd, write_fd=here.write_fd, owner=self.pool.read_fd
        )
        hello = self.channel.receive(deadline=time.monotonic() + _START_S, limit=65_536)
        self.enforced = hello["enforced"]

    def end(self) -> None:
        """Kill the worker with everything that it started, and empty the scratch folder."""
        if self.family is not None:
            end_family(self.family)
            self.family = None
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        for entry in self.worker.scratch.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def main() -> None:
    """Serve the pool on standard input and output; the settings are the one argument, as JSON."""
    for told in (signal.SIGINT, signal.SIGTERM):  # of a terminal, of a service manager: by the pool
        signal.signal(told, signal.SIG_IGN)
    settings = json.loads(sys.argv[1])
    pool = Channel(read_fd=os.dup(0), write_fd=os.dup(1))
    silence = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(silence, standard)
    scratch = Path(settings["scratch"])
    user = None
    if os.getuid() == 0:
        user = FIRST_USER + os.getpid() % 4000
        os.chown(scratch, user, user)
    else:
        become_root_of_a_user_namespace()
    Keeper(
        pool=pool,
        worker=Worker(
            run_job=run_job, limits=Limits(**settings["limits"]), scratch=scratch, user=user
        ),
        jobs_per_worker=settings["jobs_per_worker"],
        resident_bytes=settings["resident_bytes"],
    ).serve()


if __name__ == "__main__":
    main()
