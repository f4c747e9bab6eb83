"""The commands ``serve`` and ``openapi``, added to ``gan-designer`` by entry points."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import NoReturn

import click

from designer.commands.exit_status import ExitStatus
from designer.commands.options import output_options, write_output
from service.app import create_app
from service.openapi.document import render_openapi_json, render_openapi_yaml
from service.settings.config import Config, ConfigError
from service.settings.setting import VARIABLE_PREFIX

MALLOC_SETTINGS = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}
"""Settings of glibc that return memory to the system; without them every thread has its own heap.

Each thread also caches freed blocks, unavailable to other threads: with 64 threads these were 8 MiB
of a web process, so fragmented that its heaps grew with every request.
"""

GUNICORN_CONFIG = Path(__file__).parents[1] / "gunicorn.conf.py"

_DEFAULTS = Config()


@click.command()
@click.option("--host", envvar="HOST", help=f"Address to listen on. Default: {_DEFAULTS.host}.")
@click.option(
    "--port",
    envvar="PORT",
    type=click.IntRange(1, 65535),
    help=f"Port to listen on. Default: {_DEFAULTS.port}.",
)
def serve(host: str | None, port: int | None) -> NoReturn:
    """Serve over HTTP until interrupted."""
    for name, value in (("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[f"{VARIABLE_PREFIX}{name}"] = str(value)
    try:
        config = Config.from_environment()
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(ExitStatus.INVALID_INPUT)
    click.echo(greeting(config))
    sys.stdout.flush()
    for name, value in MALLOC_SETTINGS.items():
        os.environ.setdefault(name, value)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # until the new program handles it
    os.execv(sys.executable, gunicorn_command())


def greeting(config: Config) -> str:
    """The server's address and a shell command that works once it listens.

    >>> print(greeting(Config(port=8001)))
    gan-designer serves on http://127.0.0.1:8001 (interface: http://127.0.0.1:8001/docs). Try:
    curl "http://127.0.0.1:8001/v1/designs?resolution=64&latent_dim=100"
    """
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1"}
    host = loopback.get(config.host, config.host)
    address = f"http://{replace(config, host=host).netloc}"
    return (
        f"gan-designer serves on {address} (interface: {address}/docs). Try:\n"
        f'curl "{address}/v1/designs?resolution=64&latent_dim=100"'
    )


def gunicorn_command() -> list[str]:
    """The command line of the server, which replaces this process.

    ``-P``: nothing is imported from the folder that the command is called in.
    """
    program = "service.http.gunicorn_program"
    return [sys.executable, "-P", "-m", program, "--config", str(GUNICORN_CONFIG)]


@click.command()
@click.option(
    "--check",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare with this file instead of printing; exit status 1 if they differ.",
)
@output_options("Print JSON instead of YAML.")
def openapi(check: Path | None, as_json: bool, output: Path | None) -> None:
    """Print the OpenAPI document of the HTTP interface as YAML or JSON."""
    document = create_app().extensions["openapi_document"]
    text = render_openapi_json(document) if as_json else render_openapi_yaml(document)
    if check is None:
        write_output(text, output)
        return
    difference = list(
        unified_diff(
            check.read_text(encoding="utf-8").splitlines(),
            text.splitlines(),
            str(check),
            "gan-designer openapi",
            lineterm="",
        )
    )
    click.echo("\n".join(difference[:40]) or f"{check} is up to date")
    sys.exit(bool(difference))
