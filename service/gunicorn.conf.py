# ruff: noqa: N999 - gunicorn's own name for this file
"""gunicorn's settings; `gan-designer serve` starts gunicorn with this file.

The application is loaded in each worker after the fork, and each worker starts its verifying
processes itself: nothing that runs threads or torch exists before a fork.
"""

import os
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
from service.settings.active_settings import ACTIVE_SETTINGS

server_settings = ACTIVE_SETTINGS.renew()

wsgi_app = "service.wsgi:app"
bind = [server_settings.netloc]
worker_class = deadline_worker(server_settings.client_timeout_s)
workers = server_settings.workers
threads = server_settings.threads
preload_app = False
control_socket_disable = True
limit_request_line = 8190
forwarder_headers = ""  # else a client of this machine could move paths by SCRIPT_NAME
timeout = server_settings.verify_timeout_s + 30
graceful_timeout = (
    max(server_settings.verify_timeout_s, Limits().full_level_s) + 30
)  # the longest answer
keepalive = 15
accesslog = None
errorlog = None  # the logger sends its lines where all others go
logger_class = server_logger_class(server_settings.log_format)
loglevel = server_settings.log_level
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # never a slow disk

embedded_workers = []  # the process that keeps a worker for jobs


def when_ready(server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Make the folder of the figures before there is a worker, say what starts, start who does jobs."""
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
    """Keep a second server, started in this one's place, from taking gunicorn's folder for a path.

    It is started by the file that ``-m gunicorn`` ran, beside which gunicorn has an ``http`` of its
    own.
    """
    server.cfg.env_orig["PYTHONSAFEPATH"] = "1"


def post_worker_init(worker: Any) -> None:  # noqa: ANN401
    """Start the verifying processes of a worker that has been forked and has its application."""
    worker.app.wsgi().extensions["metrics"].merge_ended_processes()
    worker.app.wsgi().extensions["design_service"].warm()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """End them with it, and close what it keeps."""
    if worker.booted and worker.pid == os.getpid():
        worker.app.wsgi().extensions["design_service"].close()
        worker.app.wsgi().extensions["cache"].close()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """Forget what a worker that has ended said of its present."""
    remove_live_gauges(worker.pid)


def on_exit(server: Any) -> None:  # noqa: ANN401
    """End who does jobs, and remove the figures."""
    for process in embedded_workers:
        stop_embedded_worker(process)
    remove_metrics_folder()
