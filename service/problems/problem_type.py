"""What is said of every kind of error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of error: ``accidental`` ones may be gone when the request is sent again."""

    code: str
    status: int
    title: str
    meaning: str
    repair: str
    accidental: bool = False

    @property
    def address(self) -> str:
        """The problem's ``type``: the path of the page about it.

        >>> ProblemType(code="x", status=422, title="X", meaning="x.", repair="y.").address
        '/problems/x'
        """
        return f"/problems/{self.code}"
