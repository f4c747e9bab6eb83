"""Pages about problem codes, to which the ``type`` of a problem refers."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import html_response
from service.problems.problem_document import ProblemError
from service.problems.problem_pages import problem_page
from service.problems.registry import PROBLEMS

problems = Blueprint("problems", __name__, description="Explanations of error codes.")


@problems.route("/problems")
@problems.response(200, {"type": "string"}, content_type="text/html")
@problems.problems()
def list_problems() -> Response:
    """All problem codes, with links to their pages.

    The page of every code says what it means and how to mend the request.
    """
    return _page_response("problems.html", problems=PROBLEMS.values())


@problems.route("/problems/<string:code>")
@problems.response(200, {"type": "string"}, content_type="text/html")
@problems.problems("not_found")
def show_problem(code: str) -> Response:
    """The meaning of a problem code, and how to repair the request.

    `type` of a problem document is the path of this page.
    """
    if code not in PROBLEMS:
        raise ProblemError("not_found", "there is no problem with this code", known=list(PROBLEMS))
    return _page_response("problem.html", problem=PROBLEMS[code])


def _page_response(template: str, **values: object) -> Response:
    """A page, in the language of the query parameter ``language`` or of the browser."""
    response = html_response(problem_page(request, template, **values))
    response.vary.update(("Accept-Language",))
    return response
