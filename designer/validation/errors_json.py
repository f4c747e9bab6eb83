"""Errors as JSON values, for the command line and for problem documents."""

from __future__ import annotations

from designer.errors import DesignerError, FieldError, InvalidRequest
from designer.reasons import reason_documents
from designer.validation.json_readers import JsonObject


def error_document(error: DesignerError) -> JsonObject:
    """``code``, ``detail``, ``facts``, and where it has them ``errors`` of fields or ``reasons``.

    >>> error_document(DesignerError("too wide", width=9))
    {'code': 'refused', 'detail': 'too wide', 'facts': {'width': 9}}
    """
    document: JsonObject = {"code": error.code, "detail": str(error), "facts": error.facts}
    if isinstance(error, InvalidRequest):
        document["errors"] = [field_error_document(wrong) for wrong in error.errors]
    if error.reasons:
        document["reasons"] = reason_documents(error.reasons)
    return document


def field_error_document(error: FieldError) -> JsonObject:
    """One field's error: ``pointer``, ``code``, ``detail``, ``facts`` and ``reasons``."""
    return {
        "pointer": error.pointer,
        "code": error.code,
        "detail": error.detail,
        "facts": error.facts,
        "reasons": reason_documents([error.reason]),
    }
