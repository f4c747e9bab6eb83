"""A design as it is kept and handed out: its JSON text with the tag of its content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from designer.pipeline.design import Design
from designer.pipeline.design_json import design_document, document_text, portable_document


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDesign:
    """The body of a design's answer, the same as values, and the tag.

    Every form of a design is made of this, whether it was made now or kept, so that both give the
    same bytes.
    """

    text: str
    tag: str
    document: dict[str, Any]

    @property
    def id(self) -> str:
        """The design's id."""
        return str(self.document["id"])

    @property
    def links(self) -> dict[str, str]:
        """The paths of the design and its parts."""
        links: dict[str, str] = self.document["links"]
        return links


def make_stored_design(design: Design) -> StoredDesign:
    """What is kept of a design; the tag leaves out the versions of this machine."""
    document = design_document(design)
    text = document_text(document)
    tag = content_tag(document_text(portable_document(document)).encode())
    return StoredDesign(text=text, tag=tag, document=json.loads(text))


def dump_stored_design(design: StoredDesign) -> str:
    """The JSON text of a kept design."""
    return json.dumps({"tag": design.tag, "text": design.text}, ensure_ascii=False)


def load_stored_design(entry: str) -> StoredDesign:
    """The kept design of a JSON text.

    Raises:
        ValueError: where the text is that of no kept design.
    """
    try:
        fields = json.loads(entry)
        tag, text = fields["tag"], fields["text"]
        document = json.loads(text)
        source = document["source"]
        whole = (
            document["links"]["self"].endswith(document["id"])
            and document["verification"]["source_sha256"]
            == source["sha256"]
            == sha256(source["text"].encode()).hexdigest()
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no kept design") from error
    if not whole or set(fields) != {"tag", "text"} or not isinstance(tag, str):
        raise ValueError("this is no kept design")
    return StoredDesign(text=text, tag=tag, document=document)


def content_tag(content: bytes) -> str:
    """The tag that names a content."""
    return sha256(content).hexdigest()[:40]
