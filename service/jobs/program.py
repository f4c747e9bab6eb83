"""What `celery --app` loads: a worker with the settings of the environment."""

import warnings

from celery.exceptions import SecurityWarning

from service.config import Config
from service.jobs.worker import make_worker

# As root, the processes that run texts become somebody else by themselves (docs/security.md).
warnings.simplefilter("ignore", SecurityWarning)

config = Config.from_environment()

app = make_worker(config)
