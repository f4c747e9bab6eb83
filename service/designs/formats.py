"""The forms of a design: its JSON, its module, its bundle, each with the tag of its content."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from designer.bundle import bundle_files, zip_files
from designer.pictures.design_pictures import draw_design
from designer.pipeline.design import recall_gan
from designer.pipeline.design_json import document_text, portable_document
from designer.validation.json_readers import JsonObject
from service.designs.stored_design import StoredDesign, content_tag
from service.http.representation import (
    JSON,
    PYTHON,
    SVG,
    ZIP,
    Representation,
    compress_response,
    negotiate_media_type,
)


def json_representation(design: StoredDesign) -> Representation:
    """The design as JSON."""
    return Representation(
        body=design.text.encode(), media_type=JSON, tag=design.tag, location=design.links["self"]
    )


def module_representation(design: StoredDesign) -> Representation:
    """The module's text."""
    text = design.document["source"]["text"].encode()
    return Representation(
        body=text,
        media_type=PYTHON,
        tag=content_tag(text),
        location=design.links["module"],
        filename="model.py",
    )


def bundle_representation(design: StoredDesign) -> Representation:
    """The archive; the tag leaves out the versions of this machine."""
    document, pictures = design.document, draw_design(recall_gan(design.id))
    return Representation(
        body=zip_files(bundle_files(document, pictures)),
        media_type=ZIP,
        tag=content_tag(zip_files(bundle_files(portable_document(document), pictures))),
        location=design.links["bundle"],
        filename="bundle.zip",
    )


def document_response(document: JsonObject) -> Response:
    """A document that has no path of its own, as the answer's body."""
    return compress_response(request, Response(document_text(document), mimetype=JSON))


def picture_representation(svg: str, location: str) -> Representation:
    """A picture under its own path."""
    body = svg.encode()
    return Representation(body=body, media_type=SVG, tag=content_tag(body), location=location)


REPRESENTATIONS: dict[str, Callable[[StoredDesign], Representation]] = {
    JSON: json_representation,
    PYTHON: module_representation,
    ZIP: bundle_representation,
}
"""How each media type of a design is made, the usual one first."""


def choose_representation() -> Callable[[StoredDesign], Representation]:
    """The form that the client accepts best.

    Raises:
        ProblemError: not_acceptable, where it accepts none.
    """
    return REPRESENTATIONS[negotiate_media_type(request, tuple(REPRESENTATIONS))]
