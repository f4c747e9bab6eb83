"""The Celery application that `celery --app` loads, with settings from the environment."""

import warnings

from celery.exceptions import SecurityWarning

from service.jobs.worker.worker import make_worker
from service.settings.config import Config

# Processes that run sources drop root privileges by themselves (docs/security.md).
warnings.simplefilter("ignore", SecurityWarning)

config = Config.from_environment()

app = make_worker(config)
