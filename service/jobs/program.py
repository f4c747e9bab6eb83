"""What `celery --app` loads: a worker with the settings of the environment."""

import logging
import warnings

from billiard.util import get_logger
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging

from service.config import Config
from service.jobs.worker import make_worker
from service.observation.logs import write_logs

# As root, the processes that run texts become somebody else by themselves (docs/security.md).
warnings.simplefilter("ignore", SecurityWarning)

config = Config.from_environment()


def log_as_the_server_does(**_: object) -> None:
    """Write lines like those of the web processes; Celery writes none of its own then."""
    write_logs(
        style=config.log_format, level=logging.getLevelNamesMapping()[config.log_level.upper()]
    )
    get_logger().propagate = True  # it keeps its lines to itself, and has nowhere to write them


setup_logging.connect(log_as_the_server_does)

app = make_worker(config)
