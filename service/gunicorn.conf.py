# ruff: noqa: N999 - gunicorn's own name for this file
"""gunicorn's settings; `gan-designer serve` starts gunicorn with this file.

The application is loaded in each worker after the fork, and each worker starts its verifying
processes itself: nothing that runs threads or torch exists before a fork.
"""

from service.config import Config

config = Config.from_environment()

wsgi_app = "service.wsgi:app"
bind = [f"{config.host}:{config.port}"]
worker_class = "gthread"
workers = config.workers
threads = config.threads
preload_app = False
control_socket_disable = True
limit_request_line = 8190
timeout = config.verify_timeout_s + 30
graceful_timeout = 30
keepalive = 15
accesslog = None
errorlog = "-"
worker_tmp_dir = "/dev/shm"
