"""Why a wrong module may pass the checks of a run: it is equivalent, or hides a trigger."""

from __future__ import annotations

from collections.abc import Callable

EQUIVALENT: dict[tuple[str, str], tuple[Callable[[str, str], bool], str]] = {}
"""Edits by family and name: whether a network and its source are equivalent, and why."""

TRIGGERS: dict[tuple[str, str], str] = {}
"""Edits by family and name that only the check of the syntax refutes, and why."""
