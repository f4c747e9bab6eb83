"""Options in groups: the help of a command lists each group under its own heading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

OTHERS = "Options"
"""Heading of the options without a group."""


class GroupedOption(click.Option):
    """An option with the heading under which the help lists it."""

    def __init__(self, *args: Any, group: str = OTHERS, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help lists its options by group, in the order of first use.

    >>> from click.testing import CliRunner
    >>> side = GroupedOption(["--side"], group="Picture", help="The side.")
    >>> shown = CliRunner().invoke(GroupedCommand("draw", params=[side]), ["--help"]).output
    >>> [line.strip() for line in shown.splitlines() if line and line.endswith(":")]
    ['Picture:', 'Options:']
    """

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each group; options without a group come last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                heading = parameter.group if isinstance(parameter, GroupedOption) else OTHERS
                groups.setdefault(heading, []).append(record)
        last = groups.pop(OTHERS, [])
        for heading, records in [*groups.items(), (OTHERS, last)]:
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def grouped_command(name: str) -> Callable[[Callable[..., object]], GroupedCommand]:
    """The decorator of a command with grouped options."""
    return click.command(name, cls=GroupedCommand)
