"""One network of a text at other input sizes: at each, whether it runs and where its maps do not meet."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import nn

from designer.verification.tracer.construction import NetworkCandidate
from designer.verification.tracer.documents import Document
from designer.verification.tracer.execution import Failure, TextRun
from designer.verification.tracer.inputs import make_arguments, make_tensors
from designer.verification.tracer.join_recorder import JoinRecorder
from designer.verification.tracer.made_modules import MadeModules
from designer.verification.tracer.recorder import shapes_of

RAN, TEXT_RAISED, TORCH_REFUSED = "ran", "text_raised", "torch_refused"
"""What ended a run: the network's last call, an exception of the text itself, or a call of torch."""


def run_size_series(
    candidates: list[NetworkCandidate], job: Document, run: TextRun, made: MadeModules
) -> list[Document]:
    """The runs of the network that the job means, of each of its series; none if it is not made.

    A series ends after the first size that torch refuses, and all end after ``seconds``. Convolutions have
    torch's sizes without arithmetic. Every input that has the sizes of the first one gets those of the run.
    """
    meant, found = job["sizes"]["network"], []
    for candidate in candidates:
        if [candidate.class_name, candidate.name] == meant and not candidate.needs_arguments:
            try:
                network = candidate.make()
            except Failure:
                break
            with torch.no_grad():
                found = [*_runs(network, job, run, made)]
            break
    return found


def _runs(network: nn.Module, job: Document, run: TextRun, made: MadeModules) -> Iterator[Document]:
    end = time.monotonic() + job["sizes"]["seconds"]
    for sizes in job["sizes"]["series"]:
        for sides in sizes:
            if time.monotonic() > end:
                return
            inputs = [*_resized(job["inputs"], sides)]
            found = _run_at(network, inputs, job["batch"], run, made)
            yield found
            if found["ended"] == TORCH_REFUSED:
                break


def _resized(inputs: list[Document], sides: list[int]) -> Iterator[Document]:
    first = inputs[0]["shape"][1:]
    for each in inputs:
        channels, *old = each["shape"] or [None]
        yield {**each, "shape": [channels, *sides]} if old and old == first else each


def _run_at(
    network: nn.Module, inputs: list[Document], batch: int, run: TextRun, made: MadeModules
) -> Document:
    tensors = make_tensors(inputs, batch)
    args, kwargs = make_arguments(network, inputs, tensors)
    recorder = JoinRecorder(network, frozenset(run.files), made.places_of)
    ended, outputs = RAN, None
    with recorder.recording_calls(tensors):
        try:
            outputs = shapes_of(network(*args, **kwargs))
        except MemoryError:
            raise
        except Failure:
            ended = TEXT_RAISED if _is_own_module(recorder.recording.failed) else TORCH_REFUSED
    return {
        "sides": inputs[0]["shape"][1:],
        "ended": ended,
        "outputs": outputs,
        "misses": recorder.misses,
        "broadcasts": recorder.broadcasts,
    }


def _is_own_module(failed: Document | None) -> bool:
    """Whether no call of torch failed: the text raised in a module of its own, or outside any."""
    return failed is None or (failed["is_module"] and failed["torch_class"] is None)
