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
from service.cache.cached_receipts import CachedReceipts
from service.designs.verification_limits import cache_namespace, process_limits, width_policy
from service.jobs.rows import MakeDesign
from service.jobs.store.open_store import WORKER_STORE_TIMEOUT_S, open_job_store
from service.jobs.worker.chunk_runner import ChunkRunner, Interrupted
from service.settings.config import Config

_POLL_S = 0.5


class ChildProcess:
    """One process: begun after the fork, ended with its parent."""

    def __init__(
        self, config: Config, *, wrap: Callable[[MakeDesign], MakeDesign] | None = None
    ) -> None:
        self._config = config
        self._wrap = wrap or (lambda make: make)
        self._pool: Pool | None = None
        self._policy = width_policy(config)
        self._cache: Cache | None = None
        self._shutting_down = mmap(-1, 1)
        self.runner: ChunkRunner | None = None

    def shut_down(self) -> None:
        """Have all processes that were forked from this one hand back what they are at."""
        self._shutting_down[0] = 1

    def start(self, worker: str) -> None:
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
        self._cache = open_cache(config, namespace=cache_namespace(config))
        self.runner = ChunkRunner(
            store=open_job_store(config, timeout_s=WORKER_STORE_TIMEOUT_S),
            make=self._wrap(self.make),
            guard=interrupt_when,
            worker=worker,
            attempts=config.job_attempts,
            row_timeout_s=config.job_row_timeout_s,
            shutting_down=lambda: bool(self._shutting_down[0]),
        )

    def make(self, brief: Brief) -> Design:
        """The design of a brief, verified by this process's keeper."""
        assert self._pool is not None, "begun"
        assert self._cache is not None, "begun"
        store = CachedReceipts(self._cache)
        return design(brief, runner=self._pool.run, store=store, policy=self._policy)

    def stop(self) -> None:
        """End the keeper."""
        if self._pool is not None:
            self._pool.close()


@contextmanager
def interrupt_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Ask twice a second, and raise Interrupted in the middle of things once the answer is yes."""

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
