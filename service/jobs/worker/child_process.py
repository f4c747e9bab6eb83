"""A worker's child process: its resources and its lifetime.

It verifies through its own fork server, as a web process does. It never imports torch, and a source
that exceeds its limits is killed without harm to it.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from mmap import mmap
from types import FrameType
from typing import Any

from designer.brief.model import Brief
from designer.pipeline.design import Design
from designer.pipeline.make_design import design
from designer.pipeline.trial import Trial, run_seed, trial_document
from designer.validation.json_readers import JsonObject
from designer.verification import Pool
from designer.verification.limits import MIB
from designer.verification.sandbox.privileges import die_with_parent
from service.cache.cache import Cache, open_cache
from service.cache.cached_receipts import CachedReceipts
from service.designs.verification_limits import cache_namespace, process_limits, width_policy
from service.jobs.rows import MakeDesign
from service.jobs.store.open_store import WORKER_STORE_TIMEOUT_S, open_job_store
from service.jobs.worker.row_runner import Interrupted, RowRunner
from service.settings.config import Config

_POLL_S = 0.5


class ChildProcess:
    """State of one child process: set up after the fork, ended with its parent."""

    def __init__(
        self, config: Config, *, wrap: Callable[[MakeDesign], MakeDesign] | None = None
    ) -> None:
        self._config = config
        self._wrap = wrap or (lambda make: make)
        self._pool: Pool | None = None
        self._policy = width_policy(config)
        self._cache: Cache | None = None
        self._shutting_down = mmap(-1, 1)
        self.runner: RowRunner | None = None

    def shut_down(self) -> None:
        """Make all child processes forked from this one return their rows to the queue."""
        self._shutting_down[0] = 1

    def start(self, worker: str, send_message: Callable[[], None]) -> None:
        """Limit this process's memory, bind its lifetime to its parent's, open the store.

        SIGTERM may go to a whole process group: it is ignored here, the parent starts a shutdown.
        """
        die_with_parent()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        config = self._config
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        bound = config.verify_memory_mib * MIB
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        self._pool = Pool(
            workers=1,
            limits=process_limits(config),
            max_waiting=0,
            required_layers=config.sandbox_require,
        )
        self._cache = open_cache(config, namespace=cache_namespace(config))
        self.runner = RowRunner(
            store=open_job_store(config, timeout_s=WORKER_STORE_TIMEOUT_S),
            make=self._wrap(self.make),
            fit=self.fit,
            guard=interrupt_when,
            worker=worker,
            attempts=config.job_attempts,
            row_timeout_s=config.job_row_timeout_s,
            shutting_down=lambda: bool(self._shutting_down[0]),
            send_message=send_message,
        )

    def make(self, brief: Brief) -> Design:
        """The design of a brief, verified through this process's fork server."""
        assert self._pool is not None, "started"
        assert self._cache is not None, "started"
        store = CachedReceipts(self._cache)
        return design(brief, runner=self._pool.run, store=store, policy=self._policy)

    def fit(self, trial: Trial, seed: int) -> JsonObject:
        """The answer of a trial with the run of one seed, by this process's fork server."""
        assert self._pool is not None, "started"
        return trial_document(trial, [run_seed(trial, seed, runner=self._pool.run)])

    def stop(self) -> None:
        """End the fork server."""
        if self._pool is not None:
            self._pool.close()


@contextmanager
def interrupt_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Poll the predicate twice a second and raise Interrupted in the block once it is true."""

    def check(_: int, __: FrameType | None) -> None:
        if should_stop():
            raise Interrupted

    before: Any = signal.signal(signal.SIGALRM, check)
    signal.setitimer(signal.ITIMER_REAL, _POLL_S, _POLL_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
