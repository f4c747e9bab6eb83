"""A process of a worker: what it is made of, and how long it lives.

It verifies through a keeper of its own, as a web process does. It never imports torch, and a text
that runs wild is killed without harm to it.
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
from designer.pipeline.design import Design, design
from designer.verification import Pool
from designer.verification.limits import MIB
from designer.verification.sandbox.privileges import die_with_parent
from service.cache.cache import Cache, open_cache
from service.cache.cached_receipts import KeptReceipts
from service.designs.verification_limits import kept_under, process_limits, width_policy
from service.jobs.rows import Make
from service.jobs.store.open_store import WORKER_PATIENCE_S, open_store
from service.jobs.worker.chunk_runner import Interrupted, Runner
from service.settings.config import Config

_LOOK_EVERY_S = 0.5


class Child:
    """One process: begun after the fork, ended with its parent."""

    def __init__(self, config: Config, *, wrap: Callable[[Make], Make] | None = None) -> None:
        self._config = config
        self._wrap = wrap or (lambda make: make)
        self._pool: Pool | None = None
        self._policy = width_policy(config)
        self._cache: Cache | None = None
        self._leaving = mmap(-1, 1)
        self.runner: Runner | None = None

    def leave(self) -> None:
        """Have all processes that were forked from this one hand back what they are at."""
        self._leaving[0] = 1

    def begin(self, worker: str) -> None:
        """Bound this process's memory, tie it to its parent, open the store.

        Who ends a service may tell all its processes at once: this one hears of it by its parent.
        """
        die_with_parent()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        config = self._config
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        bound = config.verify_memory_mib * MIB
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        self._pool = Pool(workers=1, limits=process_limits(config), max_waiting=0)
        self._cache = open_cache(config, namespace=kept_under(config))
        self.runner = Runner(
            store=open_store(config, patience_s=WORKER_PATIENCE_S),
            make=self._wrap(self.make),
            guard=interrupt_when,
            worker=worker,
            attempts=config.job_attempts,
            row_timeout_s=config.job_row_timeout_s,
            leaving=lambda: bool(self._leaving[0]),
        )

    def make(self, brief: Brief) -> Design:
        """The design of a brief, verified by this process's keeper."""
        assert self._pool is not None, "begun"
        assert self._cache is not None, "begun"
        store = KeptReceipts(self._cache)
        return design(brief, runner=self._pool.run, store=store, policy=self._policy)

    def end(self) -> None:
        """End the keeper."""
        if self._pool is not None:
            self._pool.close()


@contextmanager
def interrupt_when(over: Callable[[], bool]) -> Iterator[None]:
    """Ask twice a second, and raise Interrupted in the middle of things once the answer is yes."""

    def look(_: int, __: FrameType | None) -> None:
        if over():
            raise Interrupted

    before: Any = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY_S, _LOOK_EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
