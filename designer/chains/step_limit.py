"""A search's effort, counted and bounded, so that a legal request can never hang."""

from __future__ import annotations

from designer.errors import SearchTooLarge
from designer.limits import MAX_SEARCH_STEPS


class StepLimit:
    """Steps that a search has looked at: one for every layer considered at a size.

    >>> step_limit = StepLimit(maximum=2)
    >>> step_limit.spend(2)
    >>> step_limit.spend(1)
    Traceback (most recent call last):
    designer.errors.SearchTooLarge: the search looks at more than 2 steps, the most that is allowed; fewer kernel sizes, strides or layers, or exact: prefer, make it smaller
    """

    def __init__(self, maximum: int = MAX_SEARCH_STEPS) -> None:
        self.maximum = maximum
        self.spent = 0

    def spend(self, steps: int) -> None:
        """Count so many steps.

        Raises:
            SearchTooLarge: where that is more than the bound.
        """
        self.spent += steps
        if self.spent > self.maximum:
            raise SearchTooLarge(
                f"the search looks at more than {self.maximum} steps, the most that is allowed;"
                " fewer kernel sizes, strides or layers, or exact: prefer, make it smaller",
                states=self.spent,
                maximum=self.maximum,
            )
