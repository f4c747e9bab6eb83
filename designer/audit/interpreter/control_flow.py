"""Why statements were left before their end."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.audit.interpreter.values import Value


class Returned(NamedTuple):
    """A ``return`` was reached."""

    value: Value


class Leaving(Enum):
    """The body of a loop was left."""

    BREAK = "break"
    CONTINUE = "continue"


Left = Returned | Leaving
"""Either of them."""
