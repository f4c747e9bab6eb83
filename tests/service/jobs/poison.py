"""A worker whose rows do harm: by the length of their latent vector. Loaded by Celery in tests."""

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
"""Latent vectors of this length end their process, fill its memory, sleep, hold the interpreter."""

SLOW = 2
"""Pictures of so many channels take a little longer, so that a test finds its sweep in the middle."""


def poisoned(make: MakeDesign) -> MakeDesign:
    """The same, but for such briefs."""

    def made(brief: Brief) -> Design:
        if brief.latent_dim == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if brief.latent_dim == TOO_LARGE:
            held = [bytearray(2**24) for _ in range(2**16)]
            raise AssertionError(f"there was room for {len(held)} pieces")
        if brief.latent_dim == TOO_LONG:
            time.sleep(3600)
        if brief.latent_dim == STUCK:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGALRM})
            time.sleep(3600)
        if brief.channels == SLOW:
            time.sleep(0.02)
        return make(brief)

    return made


settings = Config.from_environment()
app = make_worker(settings, ChildProcess(settings, wrap=poisoned))
