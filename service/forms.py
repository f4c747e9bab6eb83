"""The forms of a design: its JSON, its module, its bundle, each with the tag of its content."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from flask import request
from werkzeug import Response

from designer.answer import design_document, design_links, document_text, portable_document
from designer.bundle import bundle_files, zip_files
from designer.design import Design
from designer.pictures.networks import draw_design
from designer.reading import Document
from service.representation import JSON, PYTHON, SVG, ZIP, Representation, choose, compress


def json_form(made: Design) -> Representation:
    """The design as JSON; the tag leaves out the versions of this machine."""
    document = design_document(made)
    return Representation(
        body=document_text(document).encode(),
        media_type=JSON,
        tag=_tag(document_text(portable_document(document)).encode()),
        location=design_links(made)["self"],
    )


def module_form(made: Design) -> Representation:
    """The module's text."""
    text = made.source.text.encode()
    return Representation(
        body=text,
        media_type=PYTHON,
        tag=_tag(text),
        location=design_links(made)["module"],
        filename="model.py",
    )


def bundle_form(made: Design) -> Representation:
    """The archive; the tag leaves out the versions of this machine."""
    document, pictures = design_document(made), draw_design(made.gan)
    return Representation(
        body=zip_files(bundle_files(document, pictures)),
        media_type=ZIP,
        tag=_tag(zip_files(bundle_files(portable_document(document), pictures))),
        location=design_links(made)["bundle"],
        filename="bundle.zip",
    )


def document_answer(document: Document) -> Response:
    """A document that has no path of its own, as the answer's body."""
    return compress(request, Response(document_text(document), mimetype=JSON))


def picture_form(svg: str, location: str) -> Representation:
    """A picture under its own path."""
    body = svg.encode()
    return Representation(body=body, media_type=SVG, tag=_tag(body), location=location)


FORMS: dict[str, Callable[[Design], Representation]] = {
    JSON: json_form,
    PYTHON: module_form,
    ZIP: bundle_form,
}
"""How each media type of a design is made, the usual one first."""


def chosen_form() -> Callable[[Design], Representation]:
    """The form that the client accepts best.

    Raises:
        ProblemError: not_acceptable, where it accepts none.
    """
    return FORMS[choose(request, tuple(FORMS))]


def _tag(content: bytes) -> str:
    return sha256(content).hexdigest()[:40]
