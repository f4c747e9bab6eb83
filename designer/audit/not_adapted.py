"""The part of an answer about a network that could not be adapted."""

from __future__ import annotations

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.nearest_json import nearest_document
from designer.reasons import make_reason, reason_documents
from designer.validation.json_readers import JsonObject


def add_not_adapted(
    answer: JsonObject, sides: TensorShape | int, design: JsonObject | None
) -> None:
    """Add the reason, and a brief for the size unless the answer has another one.

    >>> answer = {"reasons": [], "nearest": None}
    >>> add_not_adapted(answer, (97, 97), {"resolution": [97, 97]})
    >>> answer["reasons"][0]["sentence"], answer["nearest"]["design"]
    ('no edit was found that makes it a network for 97×97', {'resolution': [97, 97]})
    """
    shown = list(sides) if isinstance(sides, tuple) else [sides]
    reason = make_reason("not_adapted", sides=shown)
    answer["reasons"] = [*answer["reasons"], *reason_documents([reason])]  # type: ignore[misc]
    if answer["nearest"] is None and design is not None:
        answer["nearest"] = nearest_document(None, None, [], Goal(), design=design)
