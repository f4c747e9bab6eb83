"""The page: see the network while you choose it."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import REVALIDATED
from service.web.page_files import page_file

page = Blueprint("page", __name__, description="The page for people, and its files.")

TEXT = {"type": "string"}


@page.route("/")
@page.response(200, TEXT, content_type="text/html")
@page.alt_response(304, description="The client has it already.")
@page.problems()
def show_page() -> Response:
    """The page: plain HTML, style sheets and modules, all from this service."""
    return page_file("index.html").answer(request, REVALIDATED)


@page.route("/web/<string:name>")
@page.response(200, TEXT, content_type="text/javascript")
@page.alt_response(200, schema=TEXT, content_type="text/css")
@page.alt_response(200, schema=TEXT, content_type="text/html")
@page.alt_response(304, description="The client has it already.")
@page.problems("not_found")
def show_page_file(name: str) -> Response:
    """A file of the page."""
    return page_file(name).answer(request, REVALIDATED)
