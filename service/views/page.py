"""The page: see the network while you choose it."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import REVALIDATED
from service.web.page_files import read_page_file

page = Blueprint("page", __name__, description="The page for people, and its files.")

FILE_BODY = {"type": "string"}


@page.route("/")
@page.response(200, FILE_BODY, content_type="text/html")
@page.alt_response(304, description="The client has it already.")
@page.problems()
def show_page() -> Response:
    """The page: plain HTML, style sheets and modules, all from this service."""
    return read_page_file("index.html").response(request, REVALIDATED)


@page.route("/web/<string:name>")
@page.response(200, FILE_BODY, content_type="text/javascript")
@page.alt_response(200, schema=FILE_BODY, content_type="text/css")
@page.alt_response(200, schema=FILE_BODY, content_type="text/html")
@page.alt_response(304, description="The client has it already.")
@page.problems("not_found")
def show_page_file(name: str) -> Response:
    """A file of the page."""
    return read_page_file(name).response(request, REVALIDATED)
