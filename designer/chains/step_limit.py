"""The step limit of a search, which bounds the time of every valid request."""

from __future__ import annotations

from designer.errors import SearchTooLarge
from designer.errors.turns import spend_steps
from designer.validation.limits import MAX_SEARCH_STEPS

STEPS_PER_CHECK = 5_000
"""Steps after which a search looks whether it is cancelled, and whether it is its turn."""


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
        self._checked = 0

    def spend(self, steps: int) -> None:
        """Add to the number of steps.

        Raises:
            SearchTooLarge: if the sum exceeds the maximum.
            Cancelled: if no caller waits for the search any more.
            Overloaded: if too many computations wait for their turn.
        """
        self.spent += steps
        if self.spent >= self._checked + STEPS_PER_CHECK:
            unchecked, self._checked = self.spent - self._checked, self.spent
            spend_steps(unchecked)
        if self.spent > self.maximum:
            raise SearchTooLarge("search_too_large", states=self.spent, maximum=self.maximum)
