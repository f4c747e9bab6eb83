"""A design as it is cached and returned: its JSON text with the content tag."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from designer.networks import Gan
from designer.pipeline.design import Design, design_document
from designer.pipeline.design_json import networks_from_document, portable_document
from designer.validation.json_text import document_text

TAG_LENGTH = 40
"""Hexadecimal digits of a content tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDesign:
    """JSON text of a design, its document and the content tag.

    Every representation is made from it, so that computed and cached designs give the same bytes.
    ``computed_networks`` are those of a design that was not read from a cache.
    """

    text: str
    tag: str
    document: dict[str, Any]
    computed_networks: Gan | None = None

    @property
    def id(self) -> str:
        """Id of the design."""
        return str(self.document["id"])

    @property
    def links(self) -> dict[str, str]:
        """Paths of the design and its parts."""
        links: dict[str, str] = self.document["links"]
        return links

    @property
    def networks(self) -> Gan:
        """The networks, assembled from the document of a cached design."""
        return self.computed_networks or networks_from_document(self.document)


def make_stored_design(design: Design) -> StoredDesign:
    """The design for the cache; its tag does not depend on the versions on this machine."""
    document = design_document(design)
    return StoredDesign(
        text=document_text(document),
        tag=content_tag(document_text(portable_document(document)).encode()),
        document=document,
        computed_networks=design.gan,
    )


def dump_stored_design(design: StoredDesign) -> str:
    """Cache entry of a design: its tag on the first line, then its JSON text."""
    return f"{design.tag}\n{design.text}"


def load_stored_design(entry: str) -> StoredDesign:
    """The design of a cache entry.

    Raises:
        ValueError: if the entry is invalid.
    """
    tag, _, text = entry.partition("\n")
    try:
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
    if not whole or not _TAG.fullmatch(tag):
        raise ValueError("not a stored design")
    return StoredDesign(text=text, tag=tag, document=document)


_TAG = re.compile(f"[0-9a-f]{{{TAG_LENGTH}}}")


def content_tag(content: bytes) -> str:
    """Tag of a content: the start of its SHA-256."""
    return sha256(content).hexdigest()[:TAG_LENGTH]
