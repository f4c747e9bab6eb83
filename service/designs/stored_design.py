"""A design as it is cached and returned: its JSON text with the content tag."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from designer.pipeline.design import Design
from designer.pipeline.design_json import design_document, document_text, portable_document


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDesign:
    """JSON text of a design, the parsed text, and the content tag.

    Every representation is made from it, so that computed and cached designs give the same bytes.
    """

    text: str
    tag: str
    document: dict[str, Any]

    @property
    def id(self) -> str:
        """Id of the design."""
        return str(self.document["id"])

    @property
    def links(self) -> dict[str, str]:
        """Paths of the design and its parts."""
        links: dict[str, str] = self.document["links"]
        return links


def make_stored_design(design: Design) -> StoredDesign:
    """The design for the cache; its tag does not depend on the versions on this machine."""
    document = design_document(design)
    text = document_text(document)
    tag = content_tag(document_text(portable_document(document)).encode())
    return StoredDesign(text=text, tag=tag, document=json.loads(text))


def dump_stored_design(design: StoredDesign) -> str:
    """Cache entry of a design, as JSON text."""
    return json.dumps({"tag": design.tag, "text": design.text}, ensure_ascii=False)


def load_stored_design(entry: str) -> StoredDesign:
    """The design of a cache entry.

    Raises:
        ValueError: if the entry is invalid.
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
        raise ValueError("not a stored design") from error
    if not whole or set(fields) != {"tag", "text"} or not isinstance(tag, str):
        raise ValueError("not a stored design")
    return StoredDesign(text=text, tag=tag, document=document)


def content_tag(content: bytes) -> str:
    """Tag of a content: the start of its SHA-256."""
    return sha256(content).hexdigest()[:40]
