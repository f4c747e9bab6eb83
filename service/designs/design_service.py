"""Computation of designs, with the verifying processes of one web process and stage timings."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, cast

from flask import current_app, g

from designer.brief.model import Brief
from designer.errors.turns import give_back_turn
from designer.pipeline.design import Design
from designer.pipeline.make_design import design, recall_design
from designer.verification import Pool, ProbeRunner, ReceiptStore
from service.cache.waiting_slots import WaitingSlots, slots_of_threads
from service.designs.source_policy import refuse_source
from service.designs.verification_limits import process_limits, width_policy
from service.observability.metrics import Metrics
from service.observability.readiness import OK, UNREADY
from service.settings.config import Config


class DesignService:
    """Computes designs, with a pool of verifying processes per process.

    The pool is created on first use, as a server forks its workers after creating this object.
    """

    def __init__(
        self,
        config: Config,
        *,
        runner: ProbeRunner | None = None,
        store: ReceiptStore,
        metrics: Metrics | None = None,
        slots: WaitingSlots | None = None,
    ) -> None:
        self._config = config
        self._runner = runner
        self._metrics = metrics or Metrics()
        self._store = store
        self._slots = slots or WaitingSlots(slots_of_threads(config.threads))
        self._policy = width_policy(config)
        self._lock = threading.Lock()
        self._pools: dict[int, Pool] = {}

    def make(self, brief: Brief) -> Design:
        """The design of a brief."""
        return design(
            brief, runner=self.run, store=self._store, policy=self._policy, stage=timed_stage
        )

    def recall(self, design_id: str) -> Design:
        """The design of an id."""
        return recall_design(
            design_id, runner=self.run, store=self._store, policy=self._policy, stage=timed_stage
        )

    def warm(self) -> None:
        """Start the verifying processes."""
        self._pool().warm()

    def close(self) -> None:
        """Stop the verifying processes of this process."""
        with self._lock:
            pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close()

    def run(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """Measurements of the probe for one job; meanwhile other computations have their turns.

        Raises:
            Overloaded: if too many requests wait.
        """
        give_back_turn()
        with self._slots.waiting(), self._metrics.verifying():
            return (self._runner or self._pool().run)(job, discard=discard)

    def refuse_source(self, host: str) -> None:
        """Refuse to run the source of a request to this host, unless the operator allows it.

        Raises:
            SourceNotRun: with the reason.
        """
        refuse_source(self._config, host=host)

    def state(self) -> dict[str, Any]:
        """State of the verifying processes; a pool that is not created yet is ``ok``."""
        pool = self._pools.get(os.getpid())
        if pool is None:
            return {"state": OK}
        state = pool.state()
        return {"state": OK if state.ready or state.busy else UNREADY, **asdict(state)}

    def _pool(self) -> Pool:
        with self._lock:
            if os.getpid() not in self._pools:
                self._pools[os.getpid()] = self._new_pool()
            return self._pools[os.getpid()]

    def _new_pool(self) -> Pool:
        config = self._config
        return Pool(
            workers=config.verify_processes,
            limits=process_limits(config),
            max_waiting=config.verify_queue,
            max_wait_s=config.verify_wait_s,
            required_layers=config.sandbox_require,
        )


def current_design_service() -> DesignService:
    """The design service of the current application."""
    return cast(DesignService, current_app.extensions["design_service"])


@contextmanager
def timed_stage(name: str) -> Iterator[None]:
    """Add the duration of a stage in milliseconds to the ``stages`` of the request."""
    start = time.perf_counter()
    try:
        yield
    finally:
        stages = g.setdefault("stages", {})
        stages[name] = stages.get(name, 0.0) + (time.perf_counter() - start) * 1e3
