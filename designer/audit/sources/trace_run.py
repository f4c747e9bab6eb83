"""Runs a source in the sandbox and reads what its networks do."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TypeVar

from designer.audit.sources.reply_values import MAX_REPLY_TEXT, InvalidTrace
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import RaisedError, SourceRun, read_run
from designer.errors import ProbeEnded, ProbeFailed, ProbeNotStarted, SourceFailed
from designer.validation.json_readers import JsonObject
from designer.validation.limits import MAX_ELEMENTS
from designer.verification import ProbeRunner

TRACE_SEED = 0

Reply = TypeVar("Reply")
"""What a reply says, once it is read."""


def run_source(source: SourceText, *, batch: int, runner: ProbeRunner) -> SourceRun:
    """The run of a source: every network that it may mean, traced on the inputs.

    Raises:
        SourceFailed: if it is not Python, exceeds a limit, or ends its process.
        SourceNotRun: if the sandbox lacks a required layer.
        ProbeNotStarted: if no process can be started.
        Overloaded: if no process is free.
    """

    def read(reply: JsonObject) -> SourceRun:
        run = read_run(reply)
        _refuse_other_inputs(run, source)
        return run

    run = read_trace_reply(trace_job(source, batch), runner, read)
    if run.failed is not None:
        raise source_failed(run.failed)
    return run


def trace_job(source: SourceText, batch: int) -> JsonObject:
    """The job that runs a source and traces its networks."""
    inputs = source.inputs
    return {
        "files": dict(source.files),
        "network": source.network,
        "inputs": None if inputs is None else [each.document for each in inputs],
        "batch": batch,
    }


def read_trace_reply(
    trace: JsonObject, runner: ProbeRunner, read: Callable[[JsonObject], Reply]
) -> Reply:
    """What the reply to a job says.

    Raises:
        SourceFailed: if the source exceeds a limit, ends its process, or the reply is not of its form.
        ProbeNotStarted: if no process can be started.
        Overloaded: if no process is free.
    """
    job: JsonObject = {"source_trace": trace, "level": "trace", "seed": TRACE_SEED}
    try:
        return read(_measure(job, runner))
    except ProbeNotStarted:
        raise
    except ProbeFailed as stopped:
        reason = str(stopped)[:MAX_REPLY_TEXT]
        raise SourceFailed(
            "source_stopped", {"reason": reason}, **no_exception(reason)
        ) from stopped
    except InvalidTrace as invalid:
        raise SourceFailed("invalid_trace", **no_exception()) from invalid


def _measure(job: JsonObject, runner: ProbeRunner) -> JsonObject:
    """The reply to a job; one whose process ended is tried once more, as it may have been killed."""
    try:
        found = runner(job)
    except ProbeEnded:
        found = runner(job)
    trace = found.get("trace")
    if not isinstance(trace, dict):
        raise InvalidTrace
    return trace


def _refuse_other_inputs(run: SourceRun, source: SourceText) -> None:
    """Refuse a reply about other inputs than those of the request, or about none or too large ones.

    Raises:
        InvalidTrace: if there is such a trace.
    """
    for candidate in run.candidates:
        trace = candidate.trace
        if trace is None:
            continue
        if not trace.inputs or source.inputs not in (None, trace.inputs):
            raise InvalidTrace
        if any(prod(each.shape) > MAX_ELEMENTS for each in trace.inputs):
            raise InvalidTrace


def no_exception(message: str | None = None) -> JsonObject:
    """The facts of a failure that no exception of the text is known to have caused."""
    return {"type": None, "message": message, "file": None, "line": None}


def source_failed(raised: RaisedError) -> SourceFailed:
    """The refusal of a source that raises outside its network."""
    facts = {
        "type": raised.type,
        "message": raised.message,
        "file": raised.file,
        "line": raised.line,
    }
    if raised.stand_in is not None:
        return SourceFailed("missing_package", name=raised.stand_in, **facts)
    return SourceFailed("source_raised" if raised.line is None else "raised_on_line", **facts)
