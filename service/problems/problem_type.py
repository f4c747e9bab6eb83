"""The description of one problem code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """The status and texts of a problem code; ``accidental`` ones may be over after a retry."""

    code: str
    status: int
    title: str
    meaning: str
    repair: str
    accidental: bool = False

    @property
    def address(self) -> str:
        """Path of the page about this problem, which is its ``type``.

        >>> ProblemType(code="x", status=422, title="X", meaning="x.", repair="y.").address
        '/problems/x'
        """
        return f"/problems/{self.code}"
