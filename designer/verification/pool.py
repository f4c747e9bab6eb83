"""Pool of verifying processes: a few fork servers and a bounded queue, without importing torch.

    >>> from designer.verification.limits import Limits
    >>> Pool(workers=1, limits=Limits()).workers        # starts nothing yet
    1

Create one pool in the process that uses it (after a server has forked its workers) and close it at
the end. It is thread-safe.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from designer.errors import Overloaded, ProbeNotStarted
from designer.errors.cancellation import CHECK_INTERVAL_S, check_cancelled
from designer.validation.json_readers import JsonObject
from designer.verification.fork_server_client import ForkServerClient
from designer.verification.limits import GIB, Limits
from designer.verification.sandbox.layers import REQUIRED_LAYERS, layer_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """State of a pool.

    Of its ``workers``, ``ready`` are idle and ``busy`` run a source; the others are starting or not
    started. ``waiting`` of at most ``max_waiting`` callers wait. ``enforced`` names the active
    restrictions of the sandbox, ``sandbox`` describes its layers; both are empty until one is ready.
    """

    workers: int
    ready: int
    busy: int
    waiting: int
    max_waiting: int
    enforced: tuple[str, ...]
    sandbox: tuple[JsonObject, ...]


class Pool:
    """Runs up to ``workers`` sources at a time; ``max_waiting`` callers wait, more are refused.

    A caller waits at most ``max_wait_s``. A worker is replaced after ``jobs_per_worker`` sources,
    above ``resident_bytes`` of memory, and after every accident. A foreign text is run in a worker of
    its own, if the ``required_layers`` of the sandbox hold.
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
        required_layers: Sequence[str] = REQUIRED_LAYERS,
    ) -> None:
        self.workers = workers
        self.limits = limits
        self.max_waiting = max_waiting
        self.max_wait_s = max_wait_s
        self._settings = {
            "limits": asdict(limits),
            "jobs_per_worker": jobs_per_worker,
            "resident_bytes": resident_bytes,
            "required_layers": [*required_layers],
        }
        self._required_layers = tuple(required_layers)
        self._owner = os.getpid()
        self._lock = threading.Condition()
        self._idle: list[ForkServerClient] = []
        self._started = 0
        self._waiting = 0
        self._closed = False
        self._enforced: tuple[str, ...] = ()  # as last reported, for the time when all are busy

    def warm(self) -> None:
        """Start all fork servers now, without waiting until they have imported torch."""
        with self._lock:
            while self._started < self.workers:
                self._idle.append(self._start_client())

    def run(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """The probe's measurements for a job; ``discard`` ends the worker afterwards.

        Raises:
            Overloaded: if ``max_waiting`` callers wait already, or after ``max_wait_s``.
            ProbeEnded: if a verifying process ends within its limits, as one that is killed.
            ProbeFailed: if the verifying process crashes or exceeds a limit.
            Cancelled: if no caller waits for the job any more; its process is stopped.
            SourceNotRun: if the text is foreign and a required layer of the sandbox is missing.
        """
        assert os.getpid() == self._owner, "a pool must be created in the process that uses it"
        client = self._acquire()
        try:
            return client.run(job, discard=discard)
        finally:
            self._release(client)

    def state(self) -> PoolState:
        """The current state, after fork servers that ended are replaced.

        Raises:
            ProbeNotStarted: if one ended and no replacement can be started.
        """
        with self._lock:
            for _ in range(self._discard_ended()):
                self._idle.append(self._start_client())
            ready = [client.is_ready() for client in self._idle]
            if self._idle:
                self._enforced = next((c.enforced for c in self._idle if c.enforced), ())
            return PoolState(
                workers=self.workers,
                ready=sum(ready),
                busy=self._started - len(self._idle),
                waiting=self._waiting,
                max_waiting=self.max_waiting,
                enforced=self._enforced,
                sandbox=tuple(
                    layer_documents(self._required_layers, self._enforced) if self._enforced else ()
                ),
            )

    def close(self) -> None:
        """End every process of this pool; one in use ends when its caller releases it."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._lock.notify_all()
        for client in idle:
            client.release()
        for client in idle:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _acquire(self) -> ForkServerClient:
        with self._lock:
            self._discard_ended()
            if not self._can_serve() and self._waiting >= self.max_waiting:
                raise Overloaded(
                    f"{self._waiting} verifications are already waiting, which is the limit",
                    waiting=self._waiting,
                    workers=self.workers,
                )
            self._waiting += 1
            try:
                served = self._wait_until_served()
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
            return self._idle.pop() if self._idle else self._start_client()

    def _wait_until_served(self) -> bool:
        """Wait for a turn; False after ``max_wait_s``."""
        end = time.monotonic() + self.max_wait_s
        while not self._lock.wait_for(self._can_serve, timeout=CHECK_INTERVAL_S):
            check_cancelled()
            if time.monotonic() > end:
                return False
        return True

    def _can_serve(self) -> bool:
        """Whether a fork server is idle or may be started, or the pool is closed."""
        return bool(self._idle) or self._started < self.workers or self._closed

    def _release(self, client: ForkServerClient) -> None:
        with self._lock:
            self._enforced = client.enforced or self._enforced
            if client.is_alive and not self._closed:
                self._idle.append(client)
                self._lock.notify()
                return
            self._started -= 1
            self._lock.notify()  # a waiting caller may start another
        client.close()

    def _discard_ended(self) -> int:
        """Remove idle fork servers that have ended; the number removed."""
        ended_clients = [client for client in self._idle if client.has_ended]
        self._idle = [client for client in self._idle if client not in ended_clients]
        self._started -= len(ended_clients)
        for client in ended_clients:
            client.close()
        return len(ended_clients)

    def _start_client(self) -> ForkServerClient:
        """Start a fork server; if that fails, its slot stays free for the next caller."""
        try:
            client = ForkServerClient(self._settings, limits=self.limits)
        except OSError as error:
            message = f"no verifying process could be started: {error.strerror}"
            raise ProbeNotStarted(message) from error
        self._started += 1
        return client
