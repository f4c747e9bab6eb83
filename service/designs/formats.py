"""Representations of a design: JSON, module and bundle, each with its content tag."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from designer.bundle import bundle_files, zip_files
from designer.pictures.design_pictures import draw_design
from designer.pipeline.design_json import portable_document
from designer.validation.json_readers import JsonObject
from designer.validation.json_text import document_text
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
    """The source of the module."""
    text = design.document["source"]["text"].encode()
    return Representation(
        body=text,
        media_type=PYTHON,
        tag=content_tag(text),
        location=design.links["module"],
        filename="model.py",
    )


def bundle_representation(design: StoredDesign) -> Representation:
    """The ZIP bundle; its tag does not depend on the versions on this machine."""
    document, pictures = design.document, draw_design(design.networks)
    return Representation(
        body=zip_files(bundle_files(document, pictures)),
        media_type=ZIP,
        tag=content_tag(zip_files(bundle_files(portable_document(document), pictures))),
        location=design.links["bundle"],
        filename="bundle.zip",
    )


def document_response(document: JsonObject) -> Response:
    """JSON response with a document that has no permanent path."""
    return compress_response(request, Response(document_text(document), mimetype=JSON))


def picture_representation(svg: str, location: str) -> Representation:
    """A picture with its path."""
    body = svg.encode()
    return Representation(body=body, media_type=SVG, tag=content_tag(body), location=location)


REPRESENTATIONS: dict[str, Callable[[StoredDesign], Representation]] = {
    JSON: json_representation,
    PYTHON: module_representation,
    ZIP: bundle_representation,
}
"""Representation by media type, the default first."""


def choose_representation() -> Callable[[StoredDesign], Representation]:
    """The representation that the client prefers.

    Raises:
        ProblemError: not_acceptable, if the client accepts none.
    """
    return REPRESENTATIONS[negotiate_media_type(request, tuple(REPRESENTATIONS))]
