"""What plain torch does with a text: the output of its network, or the exception and its line."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

FILE = "source.py"


@dataclass(frozen=True, kw_only=True)
class EagerResult:
    """The output shape with its batch, or the message and the innermost line of the text."""

    shape: list[int] | None = None
    message: str | None = None
    line: int | None = None


def run_text(text: str, shape: list[int], batch: int, *, name: str = "Net") -> EagerResult:
    """The result of the class or module ``name`` of a text for a batch of zeros."""
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "__name__": "source"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, FILE, "exec"), scope)
        try:
            network = scope[name]() if isinstance(scope[name], type) else scope[name]
            output = network(torch.zeros(batch, *shape))
        except Exception as error:
            return EagerResult(message=str(error), line=_line(error))
    assert isinstance(output, Tensor)
    return EagerResult(shape=list(output.shape))


def _line(error: BaseException) -> int | None:
    found, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILE:
            found = step.tb_lineno
        step = step.tb_next
    return found
