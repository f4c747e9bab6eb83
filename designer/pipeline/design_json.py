"""A design as the JSON body of its answer: over HTTP, in ``design.json``, on the command line."""

from __future__ import annotations

import json

from designer.brief.brief_json import brief_document, chain_document
from designer.brief.permalink import write_id
from designer.pipeline.design import Design
from designer.pipeline.networks_json import networks_document
from designer.validation.json_readers import JsonObject
from designer.verification import portable_receipt, receipt_json
from designer.version import VERSION

MAX_EXACT_FLOAT = 2**53
"""Above this, programs that read JSON numbers as doubles lose digits: a text goes beside them."""


def design_document(design: Design) -> JsonObject:
    """The body of a design's answer."""
    return {
        "id": write_id(design.brief, design.chain),
        "brief": brief_document(design.brief),
        "designer_version": VERSION,
        **networks_document(design.gan),
        "chain": chain_document(design.chain),
        "why": list(design.why),
        **count_document(design.count),
        "source": {"text": design.source.text, "sha256": design.source.sha256},
        "verification": receipt_json(design.verification),
        "links": design_links(design),
    }


def design_links(design: Design) -> dict[str, str]:
    """The paths under which every service has this design and its parts."""
    path = f"/v1/designs/{write_id(design.brief, design.chain)}"
    parts = {"module": "module.py", "bundle": "bundle.zip"}
    pictures = {name: f"{name}.svg" for name in ("generator", "discriminator", "overlap")}
    return {"self": path, **{name: f"{path}/{part}" for name, part in (parts | pictures).items()}}


def portable_document(document: JsonObject) -> JsonObject:
    """The same without what differs between machines and releases: versions and rounding.

    Two machines that give the same design agree in it to the byte; tags are made of it.
    """
    verification = document["verification"]
    assert isinstance(verification, dict), "a design's document has a receipt"
    return {
        **{name: value for name, value in document.items() if name != "designer_version"},
        "verification": portable_receipt(verification),
    }


def document_text(document: object) -> str:
    r"""A document as the text of an answer or a file.

    >>> document_text({"shape": "3×64×64"})
    '{\n  "shape": "3×64×64"\n}\n'
    """
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def count_document(count: int | None) -> JsonObject:
    """A count as a number, and as text where it passes 2⁵³."""
    text = str(count) if count is not None and count > MAX_EXACT_FLOAT else None
    return {"count": count, "count_text": text}
