"""What `celery --app` loads: a worker with the settings of the environment."""

from service.config import Config
from service.jobs.worker import make_worker

app = make_worker(Config.from_environment())
