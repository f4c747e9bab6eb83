"""Warm verifying processes for many callers: a few keepers, a bounded queue, no torch here.

    >>> from designer.verification.limits import Limits
    >>> Pool(workers=1, limits=Limits()).workers        # starts nothing yet
    1

Make a pool in the process that uses it (after a server has forked its workers), once, and close it
at the end. It may be used from many threads.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from designer.errors import Overloaded, ProbeFailed
from designer.verification.channel import Channel, ChannelClosed, ChannelGarbled, ChannelTimeout
from designer.verification.limits import GIB, Limits

_START_S = 120.0
_GRACE_S = 10.0
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Pool:
    """Up to ``workers`` texts at a time; ``max_waiting`` callers wait, the next is refused.

    Nobody waits for a worker longer than ``max_wait_s``.

    A worker is replaced after ``jobs_per_worker`` texts, past ``resident_bytes`` of memory, and
    after every accident.
    """

    def __init__(
        self,
        *,
        workers: int,
        limits: Limits,
        max_waiting: int = 16,
        max_wait_s: float = 30.0,
        jobs_per_worker: int = 500,
        resident_bytes: int = 2 * GIB,
    ) -> None:
        self.workers = workers
        self.limits = limits
        self.max_waiting = max_waiting
        self.max_wait_s = max_wait_s
        self._settings = {
            "limits": asdict(limits),
            "jobs_per_worker": jobs_per_worker,
            "resident_bytes": resident_bytes,
        }
        self._owner = os.getpid()
        self._lock = threading.Condition()
        self._idle: list[KeeperHandle] = []
        self._started = 0
        self._waiting = 0
        self._closed = False

    def warm(self) -> None:
        """Start every keeper now, without waiting until torch is imported there."""
        with self._lock:
            while self._started < self.workers:
                self._idle.append(self._start())

    def run(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """What the probe measured of a job; ``discard`` ends the worker after it.

        Raises:
            Overloaded: at once where as many callers wait as may, or after ``max_wait_s``.
            ProbeFailed: where the worker crashed or passed a limit.
        """
        assert os.getpid() == self._owner, "a pool is made in the process that uses it"
        keeper = self._take()
        try:
            return keeper.run(job, discard=discard)
        finally:
            self._give_back(keeper)

    @property
    def enforced(self) -> tuple[str, ...]:
        """What the machine enforces on the workers, as far as a keeper has reported."""
        with self._lock:
            return next((keeper.enforced for keeper in self._idle if keeper.enforced), ())

    def close(self) -> None:
        """End every process of this pool; those in use are ended by their user's give-back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._lock.notify_all()
        for keeper in idle:
            keeper.release()
        for keeper in idle:
            keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self) -> KeeperHandle:
        with self._lock:
            self._bury_the_dead()
            if not self._can_serve() and self._waiting >= self.max_waiting:
                raise Overloaded(
                    f"{self._waiting} verifications are waiting already, as many as may",
                    waiting=self._waiting,
                    workers=self.workers,
                )
            self._waiting += 1
            try:
                served = self._lock.wait_for(self._can_serve, timeout=self.max_wait_s)
            finally:
                self._waiting -= 1
            if not served:
                raise Overloaded(
                    f"no verifying process was free within {self.max_wait_s:g} s",
                    waited_s=self.max_wait_s,
                    workers=self.workers,
                )
            if self._closed:
                raise Overloaded("the verifier is shutting down", workers=self.workers)
            return self._idle.pop() if self._idle else self._start()

    def _can_serve(self) -> bool:
        """Whether nobody has to wait: a keeper is idle, one may be started, or all is over."""
        return bool(self._idle) or self._started < self.workers or self._closed

    def _give_back(self, keeper: KeeperHandle) -> None:
        with self._lock:
            if keeper.alive and not self._closed:
                self._idle.append(keeper)
                self._lock.notify()
                return
            self._started -= 1
            self._lock.notify()  # whoever waits may start another
        keeper.close()

    def _bury_the_dead(self) -> None:
        """Let go of keepers that ended while nobody used them."""
        dead = [keeper for keeper in self._idle if keeper.ended]
        self._idle = [keeper for keeper in self._idle if keeper not in dead]
        self._started -= len(dead)
        for keeper in dead:
            keeper.close()

    def _start(self) -> KeeperHandle:
        """A keeper more; where none can be started, its place stays free for the next caller."""
        try:
            keeper = KeeperHandle(self._settings, limits=self.limits)
        except OSError as error:
            raise ProbeFailed(f"no verifying process could be started: {error.strerror}") from error
        self._started += 1
        return keeper


class KeeperHandle:
    """A keeper as the pool sees it: a process to send jobs to, closed exactly once."""

    def __init__(self, settings: dict[str, Any], *, limits: Limits) -> None:
        self._limits = limits
        self._ready = False
        self._released = False
        self.enforced: tuple[str, ...] = ()
        self.alive = True
        self._scratch = Path(tempfile.mkdtemp(prefix="gan-designer-"))
        there_read, here_write = os.pipe()
        here_read, there_write = os.pipe()
        try:
            self._process = self._open(settings, stdin=there_read, stdout=there_write)
        except OSError:
            os.close(here_read)
            os.close(here_write)
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        finally:
            os.close(there_read)
            os.close(there_write)
        os.set_blocking(here_write, False)
        self._channel = Channel(read_fd=here_read, write_fd=here_write)

    def _open(
        self, settings: dict[str, Any], *, stdin: int, stdout: int
    ) -> subprocess.Popen[bytes]:
        """The keeper's process, in a session of its own and with an empty environment."""
        return subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "designer.verification.keeper",
                json.dumps({**settings, "scratch": str(self._scratch)}),
            ],
            stdin=stdin,
            stdout=stdout,
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self._process.poll() is not None

    def run(self, job: dict[str, Any], *, discard: bool) -> dict[str, Any]:
        """What the probe measured.

        Raises:
            ProbeFailed: where the worker crashed or passed a limit.
        """
        wall_s = self._limits.seconds(job.get("level"))[0] + _GRACE_S
        try:
            if not self._ready:
                self._note(self._receive(_START_S))
                self._ready = True
            self._channel.send({"job": job, "discard": discard}, deadline=time.monotonic() + wall_s)
            reply = self._note(self._receive(wall_s))
        except (ChannelClosed, ChannelTimeout, ChannelGarbled) as gone:
            self.alive = False
            raise ProbeFailed("the keeper of the verifying process has gone") from gone
        except BaseException:  # interrupted: the answer that is still to come is nobody's
            self.alive = False
            raise
        if "accident" in reply:
            raise ProbeFailed(str(reply["accident"]), **reply.get("facts", {}))
        assert "bug" not in reply, reply["bug"]
        measurements: dict[str, Any] = reply["measurements"]
        return measurements

    def _receive(self, seconds: float) -> dict[str, Any]:
        reply: dict[str, Any] = self._channel.receive(
            deadline=time.monotonic() + seconds, limit=2**28
        )
        return reply

    def _note(self, reply: dict[str, Any]) -> dict[str, Any]:
        self.enforced = tuple(reply.get("enforced", ()))
        return reply

    def release(self) -> None:
        """Close the keeper's standard input, on which it ends; one that still starts is killed."""
        if not self._released:
            self._released = True
            self.alive = False
            self._channel.close()
            if not self._ready:
                self._process.kill()

    def close(self) -> None:
        """Release the keeper and wait until it has ended; kill it where it does not."""
        self.release()
        try:
            self._process.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
