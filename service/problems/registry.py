"""Registry of the problem codes, read from ``problems.yaml``.

Used by the error handlers (status and title), by the pages under ``/problems/`` to which the
``type`` of a problem refers, by the OpenAPI document and by ``docs/problems.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from service.problems.problem_type import ProblemType

RETRY_AFTER_S = 2
"""Seconds after which a client may retry a request that met an accident."""

_GROUPS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("problems.yaml").read_text(encoding="utf-8")
)

AUDIT_CODES = tuple(_GROUPS["audits"])
"""Codes of errors of networks sent to an audit and of their source."""

PROBLEMS = {
    code: ProblemType(code=code, **texts)
    for group in _GROUPS.values()
    for code, texts in group.items()
}
"""Problem types by code, in the order of the documentation."""
