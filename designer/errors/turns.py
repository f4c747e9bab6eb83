"""Turns of long computations, for a program that runs several at a time, such as a server.

A computation counts its steps. What the program does with them is up to its ``Turn``: it may let a
computation of many steps wait until others have ended. Without a turn, steps are only counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from designer.errors.cancellation import check_cancelled


class Turn(Protocol):
    """The right of one computation to go on."""

    def spend(self, steps: int) -> None:
        """Count steps; it may return later, or raise what the computation then ends with."""

    def give_back(self) -> None:
        """Let others go on; the computation takes its turn again with its next steps."""


_TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextmanager
def taking_turns(turn: Turn) -> Iterator[None]:
    """What is computed in this context spends its steps in a turn, which is given back at its end.

    >>> class Counter:
    ...     spent = 0
    ...     def spend(self, steps): self.spent += steps
    ...     def give_back(self): print(f"{self.spent} steps")
    >>> with taking_turns(Counter()):
    ...     spend_steps(10_000)
    10000 steps
    """
    token = _TURN.set(turn)
    try:
        yield
    finally:
        _TURN.reset(token)
        turn.give_back()


def spend_steps(steps: int) -> None:
    """Count the steps of a long computation since it last did so; one is about a microsecond.

    Raises:
        Cancelled: if no caller waits for the result any more.
        Overloaded: if too many computations wait for their turn.
    """
    check_cancelled()
    turn = _TURN.get()
    if turn is not None:
        turn.spend(steps)


def give_back_turn() -> None:
    """Let other computations go on, as this one now waits for another process."""
    turn = _TURN.get()
    if turn is not None:
        turn.give_back()
