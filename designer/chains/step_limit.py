"""The step limit of a search, which bounds the time of every valid request."""

from __future__ import annotations

from designer.errors import SearchTooLarge
from designer.errors.cancellation import check_cancelled
from designer.limits import MAX_SEARCH_STEPS

STEPS_PER_CHECK = 10_000
"""Steps between two checks whether the search is cancelled."""


class StepLimit:
    """Counter of search steps with a maximum: one step for every layer considered at a size.

    >>> step_limit = StepLimit(maximum=2)
    >>> step_limit.spend(2)
    >>> step_limit.spend(1)
    Traceback (most recent call last):
    designer.errors.SearchTooLarge: the search exceeds the limit of 2 steps; use fewer kernel sizes, strides or layers, or exact: prefer
    """

    def __init__(self, maximum: int = MAX_SEARCH_STEPS) -> None:
        self.maximum = maximum
        self.spent = 0
        self._next_check = STEPS_PER_CHECK

    def spend(self, steps: int) -> None:
        """Add to the number of steps.

        Raises:
            SearchTooLarge: if the sum exceeds the maximum.
            Cancelled: if no caller waits for the search any more.
        """
        self.spent += steps
        if self.spent >= self._next_check:
            self._next_check = self.spent + STEPS_PER_CHECK
            check_cancelled()
        if self.spent > self.maximum:
            raise SearchTooLarge("search_too_large", states=self.spent, maximum=self.maximum)
