"""The forms of a design: its JSON, its module, its bundle, each with the tag of its content."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from flask import request

from designer.answer import design_document, design_links, document_text, portable_document
from designer.bundle import bundle_files, zip_files
from designer.design import Design
from service.representation import JSON, PYTHON, ZIP, Representation, choose


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
    document = design_document(made)
    return Representation(
        body=zip_files(bundle_files(document)),
        media_type=ZIP,
        tag=_tag(zip_files(bundle_files(portable_document(document)))),
        location=design_links(made)["bundle"],
        filename="bundle.zip",
    )


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
