"""What `celery --app` loads: a worker with the settings of the environment."""

import warnings

from celery.exceptions import SecurityWarning

from service.jobs.worker.worker import make_worker
from service.settings.config import Config

# As root, the processes that run texts become somebody else by themselves (docs/security.md).
warnings.simplefilter("ignore", SecurityWarning)

config = Config.from_environment()

app = make_worker(config)
