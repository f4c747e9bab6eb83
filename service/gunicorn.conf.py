# ruff: noqa: N999 - gunicorn's own name for this file
"""gunicorn's settings; `gan-designer serve` starts gunicorn with this file.

The application is loaded in each worker after the fork, and each worker starts its verifying
processes itself: nothing that runs threads or torch exists before a fork.
"""

from pathlib import Path
from typing import Any

from service.config import Config
from service.worker import patient_worker

settings = Config.from_environment()

wsgi_app = "service.wsgi:app"
bind = [settings.netloc]
worker_class = patient_worker(settings.client_timeout_s)
workers = settings.workers
threads = settings.threads
preload_app = False
control_socket_disable = True
limit_request_line = 8190
timeout = settings.verify_timeout_s + 30
graceful_timeout = 30
keepalive = 15
accesslog = None
errorlog = "-"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # never a slow disk


def post_worker_init(worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Start the verifying processes of a worker that has been forked and has its application."""
    worker.app.wsgi().extensions["workshop"].warm()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ANN401
    """End them with it, and close what it keeps."""
    worker.app.wsgi().extensions["workshop"].close()
    worker.app.wsgi().extensions["cache"].close()
