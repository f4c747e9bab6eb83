"""How far a sweep is, on stderr: a bar where that is a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from designer.commands.options import emit
from service.jobs.job import Job

LINE_EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""


class Shown(Protocol):
    """What people see while a sweep runs."""

    def tell(self, job: Job) -> None:
        """Show how far the job is."""

    def note(self, sentence: str) -> None:
        """Say something once."""

    def row(self, line: str) -> None:
        """Print a row to stdout."""


@contextmanager
def showing(job: Job) -> Iterator[Shown]:
    """The progress of a job, as long as it is looked at."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        TextColumn("sweep"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        yield Bar(progress, job)


class Bar:
    """A live bar; rows pass above it."""

    def __init__(self, progress: Progress, job: Job) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=job.total, completed=job.done)
        self._said = ""

    def tell(self, job: Job) -> None:
        """Move the bar."""
        failed = f"{job.failed:,} failed" if job.failed else ""
        self._progress.update(self._task, completed=job.done, description=failed)

    def note(self, sentence: str) -> None:
        """Say it above the bar, once."""
        if sentence != self._said:
            self._progress.console.print(sentence, markup=False, highlight=False)
        self._said = sentence

    def row(self, line: str) -> None:
        """Print above the bar where both go to the terminal."""
        if sys.stdout.isatty():
            self._progress.console.print(Text(line), soft_wrap=True)
        else:
            emit(line, None)


class Lines:
    """Lines, at most one in ``LINE_EVERY_S`` seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic()
        self._said = ""

    def tell(self, job: Job) -> None:
        """A line, where it is time for one."""
        if time.monotonic() >= self._next and not job.state.ended:
            failed = f", {job.failed:,} failed" if job.failed else ""
            click.echo(f"{job.done:,} of {job.total:,} rows{failed}", err=True)
            self._next = time.monotonic() + LINE_EVERY_S

    def note(self, sentence: str) -> None:
        """A line, once."""
        if sentence != self._said:
            click.echo(sentence, err=True)
        self._said = sentence

    def row(self, line: str) -> None:
        """Print to stdout."""
        emit(line, None)
