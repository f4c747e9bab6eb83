"""The body of an error and the answer that carries it."""

from __future__ import annotations

import json
from typing import Any

import marshmallow as ma
from flask import Response

from designer.errors import DesignerError, FieldError, InvalidRequest
from service.problems.problem_type import ProblemType
from service.problems.registry import PROBLEMS
from service.problems.service_problems import RETRY_AFTER_S

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A refusal of the message itself, before anybody looks at a field.

    ``code`` is one of the registry's, ``facts`` are the numbers of the sentence.
    """

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.facts = facts


class FieldErrorSchema(ma.Schema):
    """What is wrong with one field."""

    pointer = ma.fields.String(
        required=True,
        metadata={
            "description": "JSON pointer (RFC 6901) into the request; empty: the whole of it.",
            "example": "/resolution/0",
        },
    )
    code = ma.fields.String(required=True, metadata={"example": "out_of_range"})
    detail = ma.fields.String(
        required=True, metadata={"example": "resolution must be 4 to 16384, got 3"}
    )
    facts = ma.fields.Dict(
        required=True,
        metadata={"description": "The numbers of the sentence.", "additionalProperties": True},
    )


class ProblemSchema(ma.Schema):
    """An error (RFC 9457)."""

    type = ma.fields.String(
        required=True,
        metadata={
            "description": "Address of the page that says what the code means and how to repair"
            " the request.",
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
        metadata={"description": "Stable, for programs.", "enum": list(PROBLEMS)},
    )
    facts = ma.fields.Dict(
        required=True,
        metadata={"description": "The numbers of the sentence.", "additionalProperties": True},
    )
    errors = ma.fields.List(
        ma.fields.Nested(FieldErrorSchema),
        required=True,
        metadata={"description": "Every field that was refused; empty for other errors."},
    )


_SCHEMA = ProblemSchema()


class ProblemResponse(Response):
    """An answer that is a problem, with the code that its body says too."""

    code = ""


def problem_document(
    problem: ProblemType,
    *,
    detail: str,
    facts: dict[str, object] | None = None,
    errors: tuple[FieldError, ...] = (),
) -> dict[str, Any]:
    """The problem's JSON members, in the order of the documentation.

    >>> problem_document(PROBLEMS["not_found"], detail="nothing lives at /x")["status"]
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
            "errors": errors,
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
    """The answer with such a document."""
    document = problem_document(problem, detail=detail, facts=facts, errors=errors)
    return problem_document_response(problem, document)


def problem_document_response(problem: ProblemType, document: dict[str, Any]) -> ProblemResponse:
    """The answer with a document; no cache keeps it, and an accident says when to come back."""
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
    """The answer to a refusal of the library: its own code, sentence and facts."""
    return problem_document_response(problem_type_of(error), designer_error_problem(error))


def designer_error_problem(error: DesignerError) -> dict[str, Any]:
    """A refusal of the library as a problem's document."""
    errors = error.errors if isinstance(error, InvalidRequest) else ()
    return problem_document(
        problem_type_of(error), detail=str(error), facts=error.facts, errors=errors
    )


def problem_type_of(error: DesignerError) -> ProblemType:
    """The kind of a refusal: its own code's, where the registry has it."""
    return PROBLEMS.get(error.code, PROBLEMS["refused"])
