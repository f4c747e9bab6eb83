"""The job: runs a text, finds its networks, and traces each on the inputs."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import nn

from designer.verification.probe.loading import ZeroDraws
from designer.verification.tracer.candidates import (
    MAX_CANDIDATES,
    find_candidates,
    unwrapped,
)
from designer.verification.tracer.construction import NetworkCandidate, class_candidates
from designer.verification.tracer.documents import Document
from designer.verification.tracer.environment import OnCpu, prepare_environment
from designer.verification.tracer.execution import Failure, TextRun
from designer.verification.tracer.inputs import (
    MAX_TRIED_SHAPES,
    adjusted_inputs,
    make_arguments,
    make_tensors,
    observed_inputs,
    propose_inputs,
)
from designer.verification.tracer.made_modules import MadeModules
from designer.verification.tracer.recorder import Recorder, shapes_of
from designer.verification.tracer.size_series import run_size_series
from designer.verification.tracer.stand_ins import set_tracing, used_stand_in
from designer.verification.tracer.text_lines import raising_place, traceback_steps

RECURSION_LIMIT = 2000
MAX_MESSAGE = 4000


def trace_source(job: Document) -> Document:
    """What the networks of a text do with the inputs.

    ``candidates`` has one entry per network, with its ``trace`` if it ran or broke. ``failed`` is
    the exception that kept the text from being run at all. A job with ``sizes`` gets the runs of one
    network at other input sizes instead.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)
    torch.set_num_threads(1)
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(0)
    prepare_environment()
    run, made, calls = TextRun(job["files"]), MadeModules(), _ObservedCalls()
    made.watch(frozenset(job["files"]))
    with OnCpu(), ZeroDraws(), calls.watching():  # type: ignore[no-untyped-call]
        try:
            run.run_programs()
        except Failure as error:
            return {"failed": _exception(error, run), "stubbed": run.imports.stubbed}
        found = _all_candidates(job.get("network"), run, made)
        if isinstance(found, dict):
            return {"failed": found, "stubbed": run.imports.stubbed}
        set_tracing(active=True)
        calls.end()
        if "sizes" in job:
            return {"sizes": run_size_series(found, job, run, made)}
        return {
            "candidates": [*_traced(found, job, run, made, calls)],
            "stubbed": run.imports.stubbed,
            "skipped": [
                {**_exception(each.error, run), "line": each.node.lineno, "file": each.file}
                for each in run.failed[:32]
            ],
        }


class _ObservedCalls:
    """The inputs of the first call that the text makes of each module."""

    def __init__(self) -> None:
        self.inputs: dict[nn.Module, list[Document]] = {}
        self._is_text_running = True

    def end(self) -> None:
        """Note no further calls: those that follow are made to trace the networks."""
        self._is_text_running = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note the calls in the block."""
        handle = nn.modules.module.register_module_forward_pre_hook(self._note)
        try:
            yield
        finally:
            handle.remove()

    def _note(self, module: nn.Module, values: tuple[Any, ...]) -> None:
        if (
            self._is_text_running
            and module not in self.inputs
            and (found := observed_inputs(values))
        ):
            self.inputs[module] = found


def _all_candidates(
    expression: str | None, run: TextRun, made: MadeModules
) -> list[NetworkCandidate] | Document:
    """The candidates, the one that an expression names first."""
    found = find_candidates(run, made)
    if expression is None:
        return found
    named = _named(expression, run, made)
    if isinstance(named, dict):
        return named
    for candidate in named:
        candidate.is_named = True
    known = {(candidate.class_name, candidate.place) for candidate in named}
    return [*named, *(each for each in found if (each.class_name, each.place) not in known)]


def _named(expression: str, run: TextRun, made: MadeModules) -> list[NetworkCandidate] | Document:
    """The network that an expression or the name of a class means."""
    scope = {name: value for each in reversed(run.scopes) for name, value in each.items()}
    try:
        value = eval(compile(expression, "network", "eval"), scope)
    except Failure as error:
        return [
            NetworkCandidate(
                class_name=expression.partition("(")[0],
                expression=expression,
                place=None,
                make=_raise(error),
                rank=0,
            )
        ]
    if isinstance(value, type) and issubclass(value, nn.Module):
        existing = [
            each for each in find_candidates(run, made) if each.class_name == value.__name__
        ]
        return existing[:1] or [*class_candidates(value, run, scope, rank=0)]
    value = unwrapped(value)
    if not isinstance(value, nn.Module):
        return {
            "type": "NotANetwork",
            "message": f"{expression} is a {type(value).__name__}, not an nn.Module",
            "file": None,
            "line": None,
        }
    return [
        NetworkCandidate(
            class_name=type(value).__name__,
            expression=expression,
            place=made.place_of(value),
            make=lambda: value,
            rank=0,
        )
    ]


def _raise(error: BaseException) -> Any:  # noqa: ANN401
    def make() -> nn.Module:
        raise error

    return make


def _traced(
    candidates: list[NetworkCandidate],
    job: Document,
    run: TextRun,
    made: MadeModules,
    calls: _ObservedCalls,
) -> Iterator[Document]:
    for number, candidate in enumerate(candidates):
        found: Document = {
            "class": candidate.class_name,
            "expression": candidate.expression,
            "name": candidate.name,
            "file": candidate.place and candidate.place.file,
            "line": candidate.place and candidate.place.line,
            "rank": candidate.rank,
            "part_of": candidate.part_of,
            "signature": candidate.signature,
            "needs_arguments": candidate.needs_arguments,
            "is_named": candidate.is_named,
            "runs": False,
            "raised": None,
            "trace": None,
        }
        if number < MAX_CANDIDATES and not candidate.needs_arguments:
            try:
                network = candidate.make()
                found["trace"] = _trace(network, job, run, made, calls)
                found["runs"] = found["trace"]["raised"] is None or (
                    not candidate.is_named and _runs_on_own_inputs(network, job, run, made, calls)
                )
            except Failure as error:
                found["raised"] = _exception(error, run)
        yield found


def _runs_on_own_inputs(
    network: nn.Module, job: Document, run: TextRun, made: MadeModules, calls: _ObservedCalls
) -> bool:
    """Whether a network that the job's inputs do not suit runs on those of the text, or on a proposal."""
    inputs = calls.inputs.get(network) or next(propose_inputs(network), None)
    if inputs is None or inputs == job["inputs"]:
        return False
    raised = _trace_on(network, inputs, job["batch"], run, made)["raised"]
    if raised is not None and (adjusted := adjusted_inputs(inputs, raised["message"])):
        raised = _trace_on(network, adjusted, job["batch"], run, made)["raised"]
    return raised is None


def _trace(
    network: nn.Module, job: Document, run: TextRun, made: MadeModules, calls: _ObservedCalls
) -> Document:
    """The trace on the inputs of the job; where it has none, on the first proposal that runs."""
    if job["inputs"] is not None:
        return _trace_on(network, job["inputs"], job["batch"], run, made)
    seen = calls.inputs.get(network)
    proposals = [seen] if seen else [*islice(propose_inputs(network), MAX_TRIED_SHAPES)]
    first: Document | None = None
    while proposals:
        inputs = proposals.pop(0)
        found = {**_trace_on(network, inputs, job["batch"], run, made), "proposed": True}
        if found["raised"] is None or seen:
            return found
        if first is None and (adjusted := adjusted_inputs(inputs, found["raised"]["message"])):
            proposals.insert(0, adjusted)
        first = first or found
    assert first is not None, "there is at least one proposal"
    return first


def _trace_on(
    network: nn.Module, inputs: list[Document], batch: int, run: TextRun, made: MadeModules
) -> Document:
    tensors = make_tensors(inputs, batch)
    args, kwargs = make_arguments(network, inputs, tensors)
    recorder = Recorder(network, frozenset(run.files), made.places_of)
    raised, output = None, None
    with recorder.recording_calls(tensors):
        try:
            output = network(*args, **kwargs)
        except MemoryError:
            raise
        except Failure as error:
            if "allocate memory" in str(error) or "not enough memory" in str(error):
                raise MemoryError from error
            raised = _exception(error, run)
    recording = recorder.recording
    return {
        "inputs": inputs,
        "nodes": recording.nodes,
        "failed": None if raised is None else recording.failed,
        "outputs": shapes_of(output),
        "raised": raised,
        "is_cut": recording.is_cut,
        "skipped_arithmetic": recorder.cheap_calls.skipped,
        "parameters": sum(each.numel() for each in network.parameters()),
    }


def _exception(error: BaseException, run: TextRun) -> Document:
    place = raising_place(error, run.files.keys())
    return {
        "type": type(error).__name__,
        "message": str(error)[:MAX_MESSAGE],
        "file": place and place.file,
        "line": place and place.line,
        "in_torch_constructor": _is_in_torch_constructor(error),
        "stand_in": used_stand_in(error, run.files.keys()),
    }


def _is_in_torch_constructor(error: BaseException) -> bool:
    """Whether a constructor of one of torch's layers raised, or refused its arguments."""
    name = str(error).partition(".__init__()")
    if isinstance(error, TypeError) and name[1] and name[0].isidentifier() and hasattr(nn, name[0]):
        return True
    return any(
        step.tb_frame.f_code.co_name == "__init__"
        and "/torch/nn/modules/" in step.tb_frame.f_code.co_filename.replace("\\", "/")
        for step in traceback_steps(error)
    )
