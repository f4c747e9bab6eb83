"""Cancellation: long computations ask now and then whether a caller still waits for their result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

IsCancelled = Callable[[], bool]
"""Whether no caller waits for a result any more."""

CHECK_INTERVAL_S = 0.1
"""Seconds between two checks of a computation that waits."""


class Cancelled(Exception):
    """No caller waits for the result any more."""


_IS_CANCELLED: ContextVar[IsCancelled] = ContextVar("is_cancelled", default=lambda: False)


@contextmanager
def cancelled_when(is_cancelled: IsCancelled) -> Iterator[None]:
    """Cancel what is computed in this context once ``is_cancelled`` returns true.

    >>> with cancelled_when(lambda: True):
    ...     check_cancelled()
    Traceback (most recent call last):
    designer.errors.cancellation.Cancelled
    >>> check_cancelled()
    """
    token = _IS_CANCELLED.set(is_cancelled)
    try:
        yield
    finally:
        _IS_CANCELLED.reset(token)


def current_cancellation() -> IsCancelled:
    """The function of this context; without one, nothing is ever cancelled."""
    return _IS_CANCELLED.get()


def check_cancelled() -> None:
    """Stop if no caller waits for the result any more.

    Raises:
        Cancelled: if the function of this context returns true.
    """
    if current_cancellation()():
        raise Cancelled
