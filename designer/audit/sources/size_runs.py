"""Runs the network of a source at other input sizes, and reads where its maps do not meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.reply_values import (
    MAX_REPLY_NUMBER,
    InvalidTrace,
    optional_reply_text,
    reply_integer,
    reply_list,
    reply_object,
    reply_place,
    reply_shape,
    reply_shapes,
)
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace
from designer.audit.sources.trace_run import read_trace_reply, trace_job
from designer.errors import SourceFailed
from designer.validation.json_readers import JsonObject, JsonValue
from designer.verification import ProbeRunner

MAX_SERIES_SECONDS = 10.0
"""Seconds after which no further size is run; runs that take so long end as an accident does."""

MAX_SIZE_RUNS = 1024
MAX_JOINS = 256
MAX_LEVEL = 64

ENDS = ("ran", "text_raised", "torch_refused")
"""What ends a run: the network's last call, an exception of the text itself, or a call of torch."""

CallSpan = tuple[str, tuple[int, ...]]
"""A file and the span of an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinMiss:
    """A join of two maps whose sizes differ: those of the skip, of the other map, and before its up-step.

    ``level`` counts the calls that shrink the skip, ``is_first`` is whether it is the first of the two.
    ``joined_at`` has the call that joins and those that lead to it, innermost first; ``up_at`` the call of
    the up-step, where there is one.
    """

    skip: TensorShape
    other: TensorShape
    coarse: TensorShape | None
    level: int
    is_first: bool
    joined_at: tuple[CallSpan, ...]
    up_class: str | None
    up_settings: Mapping[str, JsonValue]
    up_at: CallSpan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRun:
    """A run at other sizes: how it ended (one of ``ENDS``), its outputs, and the joins that did not meet.

    ``broadcasts`` are the joins of maps of other sizes that torch accepts, as one of them has the size 1.
    """

    sides: TensorShape
    ended: str
    outputs: JsonValue
    misses: tuple[JoinMiss, ...]
    broadcasts: frozenset[int]


def run_other_sizes(
    source: SourceText,
    judged: CandidateRun,
    trace: NetworkTrace,
    series: Sequence[Iterable[TensorShape]],
    *,
    batch: int,
    runner: ProbeRunner,
) -> list[SizeRun]:
    """The runs of each series, which ends after the first size that torch refuses; none if the source fails.

    Raises:
        Overloaded: if no process is free.
    """
    job = trace_job(replace(source, inputs=trace.inputs), batch)
    job["sizes"] = {
        "network": [judged.class_name, judged.name],
        "series": [[list(sides) for sides in sizes] for sizes in series],
        "seconds": MAX_SERIES_SECONDS,
    }
    try:
        return read_trace_reply(
            job, runner, partial(_read_runs, axes=len(trace.inputs[0].shape) - 1)
        )
    except SourceFailed:
        return []


def _read_runs(reply: JsonObject, axes: int) -> list[SizeRun]:
    runs = reply_list(reply.get("sizes", []), MAX_SIZE_RUNS)
    return [_size_run(reply_object(each), axes) for each in runs]


def _size_run(given: dict[str, Any], axes: int) -> SizeRun:
    if given.get("ended") not in ENDS:
        raise InvalidTrace
    return SizeRun(
        sides=_sides(given.get("sides"), axes),
        ended=given["ended"],
        outputs=reply_shapes(given.get("outputs"), 8),
        misses=tuple(
            _miss(reply_object(each), axes) for each in reply_list(given.get("misses"), MAX_JOINS)
        ),
        broadcasts=frozenset(
            reply_integer(each, 1, MAX_REPLY_NUMBER) for each in reply_list(given.get("broadcasts"))
        ),
    )


def _miss(given: dict[str, Any], axes: int) -> JoinMiss:
    places = [reply_place(each) for each in reply_list(given.get("up_at"), 1)]
    coarse = given.get("coarse")
    return JoinMiss(
        skip=_sides(given.get("skip"), axes),
        other=_sides(given.get("other"), axes),
        coarse=None if coarse is None else _sides(coarse, axes),
        level=reply_integer(given.get("level"), 0, MAX_LEVEL),
        is_first=given.get("is_first") is True,
        joined_at=tuple(map(reply_place, reply_list(given.get("joined_at"), 16))),
        up_class=optional_reply_text(given.get("up_class")),
        up_settings=reply_object(given.get("up_settings")),
        up_at=places[0] if places else None,
    )


def _sides(value: JsonValue, axes: int) -> TensorShape:
    sides = reply_shape(value)
    if len(sides) != axes:
        raise InvalidTrace
    return sides
