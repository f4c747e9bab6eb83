"""The command ``gan-designer worker``: one worker process."""

from __future__ import annotations

import os
import sys
from typing import NoReturn
from uuid import uuid4

import click

from designer.commands.exit_status import ExitStatus
from service.jobs.worker.command_line import worker_command
from service.settings.config import Config, ConfigError


@click.command()
def worker() -> NoReturn:
    """Run the jobs of all servers with the same REDIS_URL or state folder, until interrupted."""
    try:
        Config.from_environment()
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(ExitStatus.INVALID_INPUT)
    os.execv(sys.executable, worker_command(f"worker-{uuid4().hex[:12]}@{os.uname().nodename}"))
