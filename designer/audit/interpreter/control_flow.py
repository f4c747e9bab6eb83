"""Outcomes of statements that end a block early."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.audit.interpreter.values import SourceValue


class Returned(NamedTuple):
    """A ``return`` and its value."""

    value: SourceValue


class LoopControl(Enum):
    """A ``break`` or ``continue``."""

    BREAK = "break"
    CONTINUE = "continue"


ControlFlow = Returned | LoopControl
