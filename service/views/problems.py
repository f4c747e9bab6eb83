"""Pages about problem codes, to which the ``type`` of a problem refers."""

from __future__ import annotations

from flask import render_template
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import html_response
from service.problems.problem_document import ProblemError
from service.problems.registry import PROBLEMS

problems = Blueprint("problems", __name__, description="Explanations of error codes.")


@problems.route("/problems")
@problems.response(200, {"type": "string"}, content_type="text/html")
@problems.problems()
def list_problems() -> Response:
    """All problem codes, with links to their pages."""
    return html_response(render_template("problems.html", problems=PROBLEMS.values()))


@problems.route("/problems/<string:code>")
@problems.response(200, {"type": "string"}, content_type="text/html")
@problems.problems("not_found")
def show_problem(code: str) -> Response:
    """The meaning of a problem code, and how to repair the request."""
    if code not in PROBLEMS:
        raise ProblemError("not_found", "there is no problem with this code", known=list(PROBLEMS))
    return html_response(render_template("problem.html", problem=PROBLEMS[code]))
