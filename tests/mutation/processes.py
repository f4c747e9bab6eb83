"""Calls in forked processes, each with limits on time and memory."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

MAX_MEMORY_BYTES = 8 * 2**30
"""Address space of one process: a mutant that asks for more gets a MemoryError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedCall:
    """A call whose result is JSON-like; ``cpu_s`` and ``wall_s`` end its process."""

    name: str
    function: Callable[[], Any]
    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What a call returned; ``ended_early`` if its process ended before, ``output`` is its text."""

    name: str
    value: Any
    ended_early: bool
    output: str


def run_forked(calls: Iterable[ForkedCall], jobs: int) -> Iterator[CallResult]:
    """The results of calls as they end, at most ``jobs`` at a time."""
    waiting = iter(calls)
    running: dict[Connection, _Running] = {}
    try:
        while True:
            for call in islice(waiting, jobs - len(running)):
                started = _start(call)
                running[started.results] = started
            if not running:
                return
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                yield running.pop(ready).finish()
    finally:
        for started in running.values():
            started.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    call: ForkedCall
    process: ForkProcess
    results: Connection
    output: Path

    def finish(self) -> CallResult:
        try:
            value, ended_early = self.results.recv(), False
        except EOFError:
            value, ended_early = None, True
        self.process.join()
        self.kill()  # whatever it has started and left
        output = self.output.read_text(errors="replace")
        self.output.unlink()
        return CallResult(name=self.call.name, value=value, ended_early=ended_early, output=output)

    def kill(self) -> None:
        assert self.process.pid
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _start(call: ForkedCall) -> _Running:
    context = get_context("fork")
    results, sender = context.Pipe(duplex=False)
    handle, output = tempfile.mkstemp(prefix="mutation-")
    process = context.Process(target=_child, args=(call, sender, handle))
    process.start()
    sender.close()
    os.close(handle)
    return _Running(call=call, process=process, results=results, output=Path(output))


def _child(call: ForkedCall, sender: Connection, output: int) -> None:
    os.setsid()
    for stream in (1, 2):
        os.dup2(output, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (int(call.cpu_s) + 1, int(call.cpu_s) + 2))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, call.wall_s)
    sender.send(call.function())
