"""Progress of a sweep on stderr: a bar on a terminal, otherwise a line at intervals."""

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
"""Minimum seconds between two lines without a terminal."""


class ProgressDisplay(Protocol):
    """Output of a running sweep."""

    def show_progress(self, job: Job) -> None:
        """Show the progress of the job."""

    def show_message(self, sentence: str) -> None:
        """Show a message, unless it repeats the last one."""

    def show_row(self, line: str) -> None:
        """Print a row to stdout."""


@contextmanager
def displaying_progress(job: Job) -> Iterator[ProgressDisplay]:
    """The progress display for a job: a bar on a terminal, otherwise lines."""
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
    """A progress bar with the rows printed above it."""

    def __init__(self, progress: Progress, job: Job) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=job.total, completed=job.done)
        self._last_message = ""

    def show_progress(self, job: Job) -> None:
        """Update the bar."""
        failed = f"{job.failed:,} failed" if job.failed else ""
        self._progress.update(self._task, completed=job.done, description=failed)

    def show_message(self, sentence: str) -> None:
        """Print a message above the bar, unless it repeats the last one."""
        if sentence != self._last_message:
            self._progress.console.print(sentence, markup=False, highlight=False)
        self._last_message = sentence

    def show_row(self, line: str) -> None:
        """Print a row to stdout, above the bar if stdout is the terminal, too."""
        if sys.stdout.isatty():
            self._progress.console.print(Text(line), soft_wrap=True)
        else:
            write_output(line, None)


class ProgressLines:
    """Progress lines, at most one per ``LINE_EVERY_S`` seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic()
        self._last_message = ""

    def show_progress(self, job: Job) -> None:
        """Print a line if ``LINE_EVERY_S`` seconds have passed since the last one."""
        if time.monotonic() >= self._next and not job.state.ended:
            failed = f", {job.failed:,} failed" if job.failed else ""
            click.echo(f"{job.done:,} of {job.total:,} rows{failed}", err=True)
            self._next = time.monotonic() + LINE_EVERY_S

    def show_message(self, sentence: str) -> None:
        """Print a message, unless it repeats the last one."""
        if sentence != self._last_message:
            click.echo(sentence, err=True)
        self._last_message = sentence

    def show_row(self, line: str) -> None:
        """Print a row to stdout."""
        write_output(line, None)
