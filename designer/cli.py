"""The ``gan-designer`` command: its subcommands, and those added by entry points.

Exit status: 0 success, 1 negative result, 2 invalid input, 3 verification could not run.
"""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn

import click

from designer.commands.audit import audit_command
from designer.commands.design import design_command
from designer.commands.doctor import doctor_command
from designer.commands.exit_status import ExitStatus, end_on_sigterm
from designer.commands.layer import layer_command
from designer.commands.solve import solve_command
from designer.commands.trial import trial_command
from designer.commands.verify import verify_command
from designer.errors import Accident, DesignerError, SourceNotRun
from designer.validation.errors_json import error_document

ENTRY_POINT_GROUP = "gan_designer.commands"
"""Entry-point group of further commands; ``service`` uses it, so designer never imports service."""

EXTRA = "service"
"""The extra of this project that brings the packages of those commands."""

SERVER_COMMAND = "serve"
"""A command that runs until SIGTERM, which is no failure while it is loaded either."""


class MissingExtra(click.ClickException):
    """A command whose packages are not installed."""

    exit_code = ExitStatus.INVALID_INPUT


class CommandGroup(click.Group):
    """A command group that loads commands from entry points on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands in alphabetical order."""
        return sorted({*super().list_commands(ctx), *entry_points(group=ENTRY_POINT_GROUP).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded from its entry point if needed; None if unknown."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for entry in entry_points(group=ENTRY_POINT_GROUP, name=cmd_name):
            return _load_command(entry)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to be run; a server that is still loading ends cleanly on SIGTERM."""
        if args[:1] == [SERVER_COMMAND]:
            end_on_sigterm()
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; report a refusal as one message and an exit status."""
        try:
            return super().invoke(ctx)
        except DesignerError as error:
            _exit_with_refusal(ctx, error)


def _load_command(entry: EntryPoint) -> click.Command:
    """The command of an entry point, or one that says which package it lacks."""
    try:
        loaded: click.Command = entry.load()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "designer", "service"):
            raise
        return command_without_extra(entry.name, package)
    return loaded


def command_without_extra(name: str, package: str) -> click.Command:
    r"""A command that cannot be loaded: it refuses every call with the extra to install.

    >>> from click.testing import CliRunner
    >>> CliRunner().invoke(command_without_extra("serve", "flask"), ["--port", "1"]).output
    "Error: serve needs flask: install 'gan-designer[service]'\n"
    """
    wrong = f"{name} needs {package}: install 'gan-designer[{EXTRA}]'"

    def refuse() -> None:
        raise MissingExtra(wrong)

    return click.Command(
        name,
        callback=refuse,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        add_help_option=False,
        short_help=f"Not installed: it needs the extra {EXTRA}.",
    )


def _exit_with_refusal(ctx: click.Context, error: DesignerError) -> NoReturn:
    """Print the message to stderr and, with ``--json``, the error object to stdout; exit."""
    if ctx.meta.get("json"):
        click.echo(json.dumps(error_document(error), ensure_ascii=False))
    click.echo(f"refused ({error.code}): {error}", err=True)
    not_run = isinstance(error, Accident | SourceNotRun)
    ctx.exit(ExitStatus.NOT_RUN if not_run else ExitStatus.INVALID_INPUT)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gan-designer")
def main() -> None:
    """Design, verify and audit convolutional networks in PyTorch."""


main.add_command(audit_command)
main.add_command(design_command)
main.add_command(doctor_command)
main.add_command(layer_command)
main.add_command(trial_command)
main.add_command(verify_command)
main.add_command(solve_command)
