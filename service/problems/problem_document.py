"""Problem documents (RFC 9457) and the responses that carry them."""

from __future__ import annotations

import json
from typing import Any

import marshmallow as ma
from flask import Response

from designer.errors import DesignerError, FieldError, InvalidRequest
from designer.reasons import Reason, reason_documents
from designer.validation.errors_json import field_error_document
from service.problems.problem_type import ProblemType
from service.problems.registry import PROBLEMS, RETRY_AFTER_S

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A refusal of the request itself, before its fields are read.

    ``code`` is a code of the registry, ``facts`` are the numbers in ``detail``.
    """

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.facts = facts


class ReasonSchema(ma.Schema):
    """A statement: a stable code, its facts, and the English sentence made of them."""

    code = ma.fields.String(required=True, metadata={"description": "Stable code, for programs."})
    facts = ma.fields.Dict(
        required=True,
        metadata={
            "description": "The numbers and names in `sentence`; a fact may be a statement itself.",
            "additionalProperties": True,
        },
    )
    sentence = ma.fields.String(required=True)


def reason_list(description: str, *, required: bool = True) -> ma.fields.Field[Any]:
    """The field ``reasons``: statements beside the sentences that the description names."""
    metadata = {"description": description}
    return ma.fields.List(ma.fields.Nested(ReasonSchema), required=required, metadata=metadata)


class FieldErrorSchema(ma.Schema):
    """The error of one field."""

    pointer = ma.fields.String(
        required=True,
        metadata={
            "description": "JSON pointer (RFC 6901) into the request; empty: the whole request.",
            "example": "/resolution/0",
        },
    )
    code = ma.fields.String(required=True, metadata={"example": "out_of_range"})
    detail = ma.fields.String(
        required=True, metadata={"example": "resolution must be 4 to 16384, got 3"}
    )
    facts = ma.fields.Dict(
        required=True,
        metadata={"description": "The numbers in `detail`.", "additionalProperties": True},
    )
    reasons = reason_list("`detail` with its code and all its facts.")


class ProblemSchema(ma.Schema):
    """An error (RFC 9457)."""

    type = ma.fields.String(
        required=True,
        metadata={
            "description": "Path of the page that explains the code and how to repair the request.",
            "example": "/problems/out_of_range",
        },
    )
    title = ma.fields.String(required=True, metadata={"example": "A number is out of range"})
    status = ma.fields.Integer(required=True, metadata={"example": 422})
    detail = ma.fields.String(
        required=True, metadata={"example": "resolution must be 4 to 16384, got 3"}
    )
    code = ma.fields.String(
        required=True,
        metadata={"description": "Stable code, for programs.", "enum": list(PROBLEMS)},
    )
    facts = ma.fields.Dict(
        required=True,
        metadata={"description": "The numbers in `detail`.", "additionalProperties": True},
    )
    errors = ma.fields.List(
        ma.fields.Nested(FieldErrorSchema),
        required=True,
        metadata={"description": "One entry per refused field; empty for other errors."},
    )
    reasons = reason_list(
        "The parts of `detail`, each with its code and facts, if there are no `errors`.",
        required=False,
    )


_SCHEMA = ProblemSchema()


class ProblemResponse(Response):
    """A response with a problem document; ``code`` repeats the code of the body."""

    code = ""


def problem_document(
    problem: ProblemType,
    *,
    detail: str,
    facts: dict[str, object] | None = None,
    errors: tuple[FieldError, ...] = (),
    reasons: tuple[Reason, ...] = (),
) -> dict[str, Any]:
    """Members of the problem document, in the documented order.

    >>> problem_document(PROBLEMS["not_found"], detail="there is no resource at /x")["status"]
    404
    """
    dumped: dict[str, Any] = _SCHEMA.dump(
        {
            "type": problem.address,
            "title": problem.title,
            "status": problem.status,
            "detail": detail,
            "code": problem.code,
            "facts": facts or {},
            "errors": [field_error_document(error) for error in errors],
            **({"reasons": reason_documents(reasons)} if reasons else {}),
        }
    )
    return dumped


def problem_response(
    problem: ProblemType,
    *,
    detail: str,
    facts: dict[str, object] | None = None,
    errors: tuple[FieldError, ...] = (),
) -> ProblemResponse:
    """Response with the problem document of these members."""
    document = problem_document(problem, detail=detail, facts=facts, errors=errors)
    return problem_document_response(problem, document)


def problem_document_response(problem: ProblemType, document: dict[str, Any]) -> ProblemResponse:
    """Response with a problem document: not cacheable; for accidents, with ``Retry-After``."""
    response = ProblemResponse(
        json.dumps(document, ensure_ascii=False) + "\n",
        status=problem.status,
        mimetype=MEDIA_TYPE,
    )
    response.code = problem.code
    response.headers["Cache-Control"] = "no-store"
    if problem.accidental:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def designer_error_response(error: DesignerError) -> Response:
    """Response to an error of the library, with its code, sentence and facts."""
    return problem_document_response(problem_type_of(error), designer_error_problem(error))


def designer_error_problem(error: DesignerError) -> dict[str, Any]:
    """Problem document of an error of the library."""
    errors = error.errors if isinstance(error, InvalidRequest) else ()
    return problem_document(
        problem_type_of(error),
        detail=str(error),
        facts=error.facts,
        errors=errors,
        reasons=error.reasons,
    )


def problem_type_of(error: DesignerError) -> ProblemType:
    """Problem type of an error's code; ``refused`` for a code outside the registry."""
    return PROBLEMS.get(error.code, PROBLEMS["refused"])
