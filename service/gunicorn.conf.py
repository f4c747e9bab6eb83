# ruff: noqa: N999 - the file name that gunicorn expects
"""gunicorn configuration, used by `gan-designer serve`.

Each web process loads the application after the fork and starts its own verifying processes, so no
threads and no torch exist before a fork.
"""

import os
import sys
from pathlib import Path
from typing import Any

from designer.verification import Limits
from designer.version import VERSION
from service.http.gunicorn_worker import deadline_worker
from service.jobs.worker.embedded import start_embedded_worker, stop_embedded_worker
from service.observability.logs import server_logger_class
from service.observability.metrics_folder import (
    make_metrics_folder,
    remove_live_gauges,
    remove_metrics_folder,
)
from service.openapi.long_paths import MAX_REQUEST_LINE
from service.settings.active_settings import ACTIVE_SETTINGS

server_settings = ACTIVE_SETTINGS.renew()

wsgi_app = "service.wsgi:app"
bind = [server_settings.netloc]
worker_class = deadline_worker(server_settings.client_timeout_s)
workers = server_settings.workers
threads = server_settings.threads
preload_app = False
control_socket_disable = True
limit_request_line = MAX_REQUEST_LINE
forwarder_headers = ""  # else local clients could change paths with SCRIPT_NAME
timeout = server_settings.verify_timeout_s + 30
graceful_timeout = (
    max(server_settings.verify_timeout_s, Limits().full_level_s) + 30
)  # the longest response
keepalive = 15
accesslog = None
errorlog = None  # ServerLogger writes to standard error
logger_class = server_logger_class(server_settings.log_format)
loglevel = server_settings.log_level
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # not on a slow disk

embedded_workers = []  # the process of the embedded job worker


def when_ready(server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Create the metrics folder before web processes start, log the start, start the job worker."""
    make_metrics_folder()
    server.log.info(
        "listening",
        extra={
            "version": VERSION,
            "address": server_settings.netloc,
            "workers": server_settings.workers,
            "threads": server_settings.threads,
            "verify_processes": server_settings.verify_processes,
        },
    )
    if server_settings.embedded_worker:
        embedded_workers.append(start_embedded_worker())


def pre_exec(server: Any) -> None:  # noqa: ANN401
    """Set PYTHONSAFEPATH for a server that replaces this one.

    It is started from the file of the program, whose folder would be on the import path.
    """
    server.cfg.env_orig["PYTHONSAFEPATH"] = "1"


def post_worker_init(worker: Any) -> None:  # noqa: ANN401
    """Start the verifying processes of a web process that has loaded its application.

    A thread that computes passes the interpreter on after half a millisecond, not after five, as a
    short request needs it a dozen times.
    """
    sys.setswitchinterval(0.0005)
    worker.app.wsgi().extensions["metrics"].merge_ended_processes()
    worker.app.wsgi().extensions["design_service"].warm()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """Stop the verifying processes of a web process and close its cache."""
    if worker.booted and worker.pid == os.getpid():
        worker.app.wsgi().extensions["design_service"].close()
        worker.app.wsgi().extensions["cache"].close()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """Remove the live gauges of an ended web process."""
    remove_live_gauges(worker.pid)


def on_exit(server: Any) -> None:  # noqa: ANN401
    """Stop the job worker and remove the metrics folder."""
    for process in embedded_workers:
        stop_embedded_worker(process)
    remove_metrics_folder()
