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

from designer.commands.options import write_output
from service.jobs.job import Job

LINE_EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""


class ProgressDisplay(Protocol):
    """What people see while a sweep runs."""

    def show_progress(self, job: Job) -> None:
        """Show how far the job is."""

    def show_message(self, sentence: str) -> None:
        """Say something once."""

    def show_row(self, line: str) -> None:
        """Print a row to stdout."""


@contextmanager
def displaying_progress(job: Job) -> Iterator[ProgressDisplay]:
    """The progress of a job, as long as it is looked at."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield ProgressLines()
        return
    columns = (
        TextColumn("sweep"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        yield ProgressBar(progress, job)


class ProgressBar:
    """A live bar; rows pass above it."""

    def __init__(self, progress: Progress, job: Job) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=job.total, completed=job.done)
        self._last_message = ""

    def show_progress(self, job: Job) -> None:
        """Move the bar."""
        failed = f"{job.failed:,} failed" if job.failed else ""
        self._progress.update(self._task, completed=job.done, description=failed)

    def show_message(self, sentence: str) -> None:
        """Say it above the bar, once."""
        if sentence != self._last_message:
            self._progress.console.print(sentence, markup=False, highlight=False)
        self._last_message = sentence

    def show_row(self, line: str) -> None:
        """Print above the bar where both go to the terminal."""
        if sys.stdout.isatty():
            self._progress.console.print(Text(line), soft_wrap=True)
        else:
            write_output(line, None)


class ProgressLines:
    """Lines, at most one in ``LINE_EVERY_S`` seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic()
        self._last_message = ""

    def show_progress(self, job: Job) -> None:
        """A line, where it is time for one."""
        if time.monotonic() >= self._next and not job.state.ended:
            failed = f", {job.failed:,} failed" if job.failed else ""
            click.echo(f"{job.done:,} of {job.total:,} rows{failed}", err=True)
            self._next = time.monotonic() + LINE_EVERY_S

    def show_message(self, sentence: str) -> None:
        """A line, once."""
        if sentence != self._last_message:
            click.echo(sentence, err=True)
        self._last_message = sentence

    def show_row(self, line: str) -> None:
        """Print to stdout."""
        write_output(line, None)
