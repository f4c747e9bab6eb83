"""A worker: Celery with the one task, a sign of life, and an eye on what was lost."""

from __future__ import annotations

import logging
from typing import Any

from billiard.util import get_logger
from celery import Celery, bootsteps
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from celery.worker.state import reserved_requests

from service.jobs.broker.celery_app import RUN_CHUNK, make_engine, prepare_folders, send_chunks
from service.jobs.chunks import Chunk
from service.jobs.store.open_store import open_store
from service.jobs.worker.child_process import Child
from service.jobs.worker.chunk_runner import Runner
from service.jobs.worker.recovery import BEAT_S, Watch
from service.observability.logs import send_logs
from service.settings.config import Config

logger = logging.getLogger("gan_designer.jobs")


def make_worker(config: Config, child: Child | None = None) -> Celery:
    """Celery's application for a worker: what `celery --app` takes."""
    app = make_engine(config)
    child = child or Child(config)

    @app.task(name=RUN_CHUNK)  # type: ignore[untyped-decorator]
    def run_chunk(job_id: str, start: int, stop: int) -> None:
        assert child.runner is not None, "a process that has begun"
        run(app, child.runner, job_id, (start, stop))

    log_as_the_service_does(config)
    tie_to_processes(app, child)
    app.steps["worker"].add(watching(app, config))
    return app


def run(app: Celery, runner: Runner, job_id: str, chunk: Chunk) -> None:
    """Make the rows of a chunk, and queue what its time did not suffice for.

    A MemoryError that reached Celery would stop the whole worker; the rows are made up for later.
    """
    try:
        left = runner.run(job_id, chunk)
    except MemoryError:
        logger.error("no memory for rows %s of job %s", chunk, job_id)
        return
    if left:
        send_chunks(app, runner.kind(job_id), job_id, left)


def log_as_the_service_does(config: Config) -> None:
    """Send the worker's log where the server's goes, in the same form."""

    def send(**_: object) -> None:
        send_logs(config.log_format, config.log_level.upper())
        get_logger().propagate = True  # billiard keeps its lines to itself, and writes them nowhere

    setup_logging.connect(send, weak=False)


def tie_to_processes(app: Celery, child: Child) -> None:
    """Begin and end what a process of the worker needs."""

    def begin(**_: object) -> None:
        child.begin(worker=app.conf.worker_name)

    def end(**_: object) -> None:
        child.end()

    def leave(**_: object) -> None:
        child.leave()

    worker_shutting_down.connect(leave, weak=False)
    worker_process_init.connect(begin, weak=False)
    worker_process_shutdown.connect(end, weak=False)


def watching(app: Celery, config: Config) -> type[bootsteps.StartStopStep]:
    """The step of a starting worker that sets its watch going, as Celery documents such steps."""
    watch = Watch(app=app, store=open_store(config))

    class Watching(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.components:Timer",)

        def create(self, worker: Any) -> None:  # noqa: ANN401 - Celery has no types
            app.conf.worker_name = worker.hostname
            prepare_folders(config)

        def start(self, worker: Any) -> None:  # noqa: ANN401
            def look() -> None:
                watch.look(worker.hostname, chunks_at_work())

            look()
            self.entry = worker.timer.call_repeatedly(BEAT_S, look)

        def stop(self, worker: Any) -> None:  # noqa: ANN401
            self.entry.cancel()
            watch.leave(worker.hostname)

    return Watching


def chunks_at_work() -> set[tuple[str, int]]:
    """Of every chunk that this worker has: its job's id and its first row."""
    return {(request.args[0], request.args[1]) for request in reserved_requests}
