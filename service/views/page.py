"""The web page and its files."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from service.http.blueprint import Blueprint
from service.http.representation import REVALIDATED
from service.web.page_files import read_page_file

page = Blueprint("page", __name__, description="The web page and its files.")

FILE_BODY = {"type": "string"}


@page.route("/")
@page.response(200, FILE_BODY, content_type="text/html")
@page.alt_response(304, description="Not modified: the client has the current version.")
@page.problems()
def show_page() -> Response:
    """The web page, which loads files only from this service.

    Its query string is a brief: the address of a design can be copied.
    """
    return read_page_file("index.html").response(request, REVALIDATED)


@page.route("/web/<string:name>")
@page.response(200, FILE_BODY, content_type="text/javascript")
@page.alt_response(200, schema=FILE_BODY, content_type="text/css")
@page.alt_response(200, schema=FILE_BODY, content_type="text/html")
@page.alt_response(304, description="Not modified: the client has the current version.")
@page.problems("not_found")
def show_page_file(name: str) -> Response:
    """A file of the page.

    Scripts, styles and messages of the page.
    """
    return read_page_file(name).response(request, REVALIDATED)
