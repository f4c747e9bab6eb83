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
from service.http.gunicorn_worker import patient_worker
from service.jobs.worker.embedded import end_embedded, start_embedded
from service.observability.logs import server_logger
from service.observability.metrics_folder import forget_process, make_folder, remove_folder
from service.settings.active_settings import STANDING

settings = STANDING.renewed()

wsgi_app = "service.wsgi:app"
bind = [settings.netloc]
worker_class = patient_worker(settings.client_timeout_s)
workers = settings.workers
threads = settings.threads
preload_app = False
control_socket_disable = True
limit_request_line = 8190
forwarder_headers = ""  # else a client of this machine could move paths by SCRIPT_NAME
timeout = settings.verify_timeout_s + 30
graceful_timeout = max(settings.verify_timeout_s, Limits().full_level_s) + 30  # the longest answer
keepalive = 15
accesslog = None
errorlog = None  # the logger sends its lines where all others go
logger_class = server_logger(settings.log_format)
loglevel = settings.log_level
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # never a slow disk

beside = []  # the process that keeps a worker for jobs


def when_ready(server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Make the folder of the figures before there is a worker, say what starts, start who does jobs."""
    make_folder()
    server.log.info(
        "listening",
        extra={
            "version": VERSION,
            "address": settings.netloc,
            "workers": settings.workers,
            "threads": settings.threads,
            "verify_processes": settings.verify_processes,
        },
    )
    if settings.embedded_worker:
        beside.append(start_embedded())


def pre_exec(server: Any) -> None:  # noqa: ANN401
    """Keep a second server, started in this one's place, from taking gunicorn's folder for a path.

    It is started by the file that ``-m gunicorn`` ran, beside which gunicorn has an ``http`` of its
    own.
    """
    server.cfg.env_orig["PYTHONSAFEPATH"] = "1"


def post_worker_init(worker: Any) -> None:  # noqa: ANN401
    """Start the verifying processes of a worker that has been forked and has its application."""
    worker.app.wsgi().extensions["metrics"].fold_past()
    worker.app.wsgi().extensions["workshop"].warm()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """End them with it, and close what it keeps."""
    if worker.booted and worker.pid == os.getpid():
        worker.app.wsgi().extensions["workshop"].close()
        worker.app.wsgi().extensions["cache"].close()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """Forget what a worker that has ended said of its present."""
    forget_process(worker.pid)


def on_exit(server: Any) -> None:  # noqa: ANN401
    """End who does jobs, and remove the figures."""
    for process in beside:
        end_embedded(process)
    remove_folder()
