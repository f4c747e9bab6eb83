"""A worker for tests, loaded by Celery: some latent lengths make a row harmful to its process."""

from __future__ import annotations

import os
import signal
import time

from designer.brief.model import Brief
from designer.pipeline.design import Design
from service.jobs.rows import MakeDesign
from service.jobs.worker.child_process import ChildProcess
from service.jobs.worker.worker import make_worker
from service.settings.config import Config

KILLED, TOO_LARGE, TOO_LONG, STUCK = 1001, 1002, 1003, 1004
"""Latent lengths that kill the process, fill its memory, sleep, and block its signals."""

SLOW, EXPENSIVE = 2, 5
"""Numbers of picture channels that slow a row down, so that tests can act during a sweep."""

EXPENSIVE_ROW_S = 0.3


def poisoned(make: MakeDesign) -> MakeDesign:
    """The function ``make``, except for harmful and slow briefs."""

    def made(brief: Brief) -> Design:
        if brief.latent_dim == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if brief.latent_dim == TOO_LARGE:
            held = [bytearray(2**24) for _ in range(2**16)]
            raise AssertionError(f"the memory sufficed for {len(held)} pieces")
        if brief.latent_dim == TOO_LONG:
            time.sleep(3600)
        if brief.latent_dim == STUCK:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGALRM})
            time.sleep(3600)
        if brief.channels == SLOW:
            time.sleep(0.02)
        if brief.channels == EXPENSIVE:
            time.sleep(EXPENSIVE_ROW_S)
        return make(brief)

    return made


settings = Config.from_environment()
app = make_worker(settings, ChildProcess(settings, wrap=poisoned))
