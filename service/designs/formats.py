"""The forms of a design: its JSON, its module, its bundle, each with the tag of its content."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from designer.bundle import bundle_files, zip_files
from designer.pictures.design_pictures import draw_design
from designer.pipeline.design import recall_gan
from designer.pipeline.design_json import document_text, portable_document
from designer.validation.json_readers import Document
from service.designs.stored_design import KeptDesign, content_tag
from service.http.representation import JSON, PYTHON, SVG, ZIP, Representation, choose, compress


def json_form(kept: KeptDesign) -> Representation:
    """The design as JSON."""
    return Representation(
        body=kept.text.encode(), media_type=JSON, tag=kept.tag, location=kept.links["self"]
    )


def module_form(kept: KeptDesign) -> Representation:
    """The module's text."""
    text = kept.document["source"]["text"].encode()
    return Representation(
        body=text,
        media_type=PYTHON,
        tag=content_tag(text),
        location=kept.links["module"],
        filename="model.py",
    )


def bundle_form(kept: KeptDesign) -> Representation:
    """The archive; the tag leaves out the versions of this machine."""
    document, pictures = kept.document, draw_design(recall_gan(kept.id))
    return Representation(
        body=zip_files(bundle_files(document, pictures)),
        media_type=ZIP,
        tag=content_tag(zip_files(bundle_files(portable_document(document), pictures))),
        location=kept.links["bundle"],
        filename="bundle.zip",
    )


def document_answer(document: Document) -> Response:
    """A document that has no path of its own, as the answer's body."""
    return compress(request, Response(document_text(document), mimetype=JSON))


def picture_form(svg: str, location: str) -> Representation:
    """A picture under its own path."""
    body = svg.encode()
    return Representation(body=body, media_type=SVG, tag=content_tag(body), location=location)


FORMS: dict[str, Callable[[KeptDesign], Representation]] = {
    JSON: json_form,
    PYTHON: module_form,
    ZIP: bundle_form,
}
"""How each media type of a design is made, the usual one first."""


def chosen_form() -> Callable[[KeptDesign], Representation]:
    """The form that the client accepts best.

    Raises:
        ProblemError: not_acceptable, where it accepts none.
    """
    return FORMS[choose(request, tuple(FORMS))]
