"""Blueprint with strict request parsing and with problems in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import groupby
from typing import Any, TypeVar

import flask_smorest
from flask import current_app, request

from service.http.request_reader import StrictParser, refuse_query
from service.problems.problem_document import MEDIA_TYPE, ProblemSchema
from service.problems.registry import PROBLEMS

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])

VALUE_CODES = (
    "invalid_request",
    "missing_field",
    "unknown_field",
    "not_an_integer",
    "not_a_choice",
    "not_a_boolean",
    "wrong_length",
    "out_of_range",
)
"""Codes of errors in fields of any request."""

BODY_CODES = (
    "malformed_json",
    "empty_body",
    "integer_too_long",
    "nested_too_deep",
    "body_too_large",
    "unsupported_media_type",
    *VALUE_CODES,
    "not_a_list",
    "not_an_object",
)
"""Codes of errors in a request body as a whole, and in its fields."""

PROOF_CODES = ("probe_failed", "overloaded", "accident")
"""Codes of errors of a verifying process."""


RETRY_AFTER_HEADER = {
    "Retry-After": {
        "description": "Seconds to wait before a retry.",
        "schema": {"type": "integer"},
    }
}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A flask-smorest ``Blueprint`` whose views declare the codes of their problems.

    It uses the private ``_prepare_doc_cbks`` of flask-smorest; a test checks that the codes reach
    the OpenAPI document.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_document_problems)
        self.before_request(_refuse_unused_query)

    def arguments(self, schema: Any, *, location: str = "json", **named: Any) -> Any:  # noqa: ANN401
        """Declare the arguments of a view; a view that reads a body has no query parameters."""
        declare = super().arguments(schema, location=location, **named)

        def mark(view: ViewFunction) -> ViewFunction:
            made: ViewFunction = declare(view)
            made.reads_query = location == "query"  # type: ignore[attr-defined]
            return made

        return mark

    def problems(self, *codes: str) -> Callable[[ViewFunction], ViewFunction]:
        """Declare the problem codes of a view, besides ``internal_error``.

        The name of the view becomes the operation id, the method name in generated clients.
        """

        def declare(view: ViewFunction) -> ViewFunction:
            apidoc = deepcopy(getattr(view, "_apidoc", {}))
            apidoc["problems"] = [PROBLEMS[code] for code in (*codes, "internal_error")]
            apidoc["operation_id"] = view.__name__
            view._apidoc = apidoc  # type: ignore[attr-defined]
            return view

        return declare


def _refuse_unused_query() -> None:
    """Refuse query parameters, such as typing errors, on API paths whose view reads none.

    The page reads its own query string, and health probes may add parameters. ``OPTIONS`` is about
    the path, for any method.
    """
    view = current_app.view_functions[str(request.endpoint)]
    reads = getattr(view, "reads_query", False) or request.method == "OPTIONS"
    if request.path.startswith("/v1/") and not reads:
        refuse_query(request.args)


def _document_problems(
    doc: dict[str, Any], doc_info: dict[str, Any], **_: object
) -> dict[str, Any]:
    """The operation with one problem response per status, in place of flask-smorest's 422."""
    responses = {status: doc["responses"][status] for status in doc["responses"] if status != 422}
    problems = sorted(doc_info.get("problems", ()), key=lambda problem: problem.status)
    for status, group in groupby(problems, key=lambda problem: problem.status):
        codes = ", ".join(f"`{problem.code}`" for problem in group)
        responses[status] = {
            "description": f"A problem with one of the codes {codes}.",
            "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
            **({"headers": RETRY_AFTER_HEADER} if status == 503 else {}),
        }
    return {**doc, "operationId": doc_info["operation_id"], "responses": responses}
