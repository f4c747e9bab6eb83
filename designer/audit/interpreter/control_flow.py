"""Why statements were left before their end."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.audit.interpreter.values import SourceValue


class Returned(NamedTuple):
    """A ``return`` was reached."""

    value: SourceValue


class LoopControl(Enum):
    """The body of a loop was left."""

    BREAK = "break"
    CONTINUE = "continue"


ControlFlow = Returned | LoopControl
"""Either of them."""
