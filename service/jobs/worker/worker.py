"""Celery application of a worker: the task, the heartbeat and the recovery of lost rows."""

from __future__ import annotations

import logging
from typing import Any

from billiard.util import get_logger
from celery import Celery, Task, bootsteps
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from celery.worker.state import reserved_requests

from service.jobs.broker.celery_app import (
    RUN_ROWS,
    create_celery_app,
    prepare_folders,
    send_message,
)
from service.jobs.store.open_store import open_job_store
from service.jobs.worker.child_process import ChildProcess
from service.jobs.worker.recovery import RECOVERY_INTERVAL_S, RecoveryMonitor
from service.jobs.worker.row_runner import RowRunner
from service.observability.logs import send_logs_to_stderr
from service.settings.config import Config

logger = logging.getLogger("gan_designer.jobs")


def make_worker(config: Config, child: ChildProcess | None = None) -> Celery:
    """The Celery application of a worker, with its task, signals and recovery."""
    app = create_celery_app(config)
    child = child or ChildProcess(config)

    @app.task(name=RUN_ROWS, bind=True)  # type: ignore[untyped-decorator]
    def run_rows(task: Task) -> None:
        assert child.runner is not None, "a started child process"
        run_message(child.runner, task.request.id)

    configure_logging(config)
    connect_process_signals(app, child)
    app.steps["worker"].add(recovery_step(app, config))
    return app


def run_message(runner: RowRunner, message: str) -> None:
    """Compute rows in turn.

    A MemoryError in Celery would stop the whole worker: it is logged, its row is recovered.
    """
    try:
        runner.run(message)
    except MemoryError:
        logger.error("out of memory in a row of message %s", message)


def configure_logging(config: Config) -> None:
    """Write the worker's log to the same place and in the same format as the server's."""

    def send(**_: object) -> None:
        send_logs_to_stderr(config.log_format, config.log_level.upper())
        get_logger().propagate = True  # billiard disables it and has no handler of its own

    setup_logging.connect(send, weak=False)


def connect_process_signals(app: Celery, child: ChildProcess) -> None:
    """Start and stop the state of child processes on Celery's signals."""

    def start(**_: object) -> None:
        child.start(worker=app.conf.worker_name, send_message=lambda: send_message(app))

    def stop(**_: object) -> None:
        child.stop()

    def shut_down(**_: object) -> None:
        child.shut_down()

    worker_shutting_down.connect(shut_down, weak=False)
    worker_process_init.connect(start, weak=False)
    worker_process_shutdown.connect(stop, weak=False)


def recovery_step(app: Celery, config: Config) -> type[bootsteps.StartStopStep]:
    """The bootstep that starts a worker's heartbeat and recovery."""
    monitor = RecoveryMonitor(app=app, store=open_job_store(config))

    class RecoveryStep(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.components:Timer",)

        def create(self, worker: Any) -> None:  # noqa: ANN401 - Celery has no types
            app.conf.worker_name = worker.hostname
            prepare_folders(config)

        def start(self, worker: Any) -> None:  # noqa: ANN401
            def renew_and_recover() -> None:
                monitor.renew_and_recover(worker.hostname, active_messages())

            renew_and_recover()
            self.entry = worker.timer.call_repeatedly(RECOVERY_INTERVAL_S, renew_and_recover)

        def stop(self, worker: Any) -> None:  # noqa: ANN401
            self.entry.cancel()
            monitor.deregister(worker.hostname)

    return RecoveryStep


def active_messages() -> set[str]:
    """The ids of the messages that this worker has."""
    return {request.id for request in reserved_requests}
