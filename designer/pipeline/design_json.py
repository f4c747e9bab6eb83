"""JSON of a design, for HTTP responses, ``design.json`` and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from designer.brief.brief_json import brief_from_document
from designer.geometry.chain import Chain
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.reasons import Reason, reason_document
from designer.validation.json_readers import JsonObject
from designer.verification import portable_receipt

MAX_EXACT_FLOAT = 2**53
"""Above this, JSON readers that use doubles lose digits; such counts are also given as text."""


def networks_from_document(document: JsonObject) -> Gan:
    """The networks of a design's JSON document.

    >>> from designer.brief.model import Brief
    >>> from designer.brief.options import Level
    >>> from designer.pipeline.design import design_document
    >>> from designer.pipeline.make_design import design
    >>> result = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    >>> networks_from_document(design_document(result)) == result.gan
    True
    """
    brief, chain = document["brief"], document["chain"]
    assert isinstance(brief, dict), "a design's document has a brief"
    assert isinstance(chain, dict), "a design's document has a chain"
    earlier = {"initialization": "dcgan"}  # a release without the field drew all weights alike
    completed = brief_from_document(earlier | brief | {"chain": chain["windows"]})
    assert completed.windows is not None, "the chain was given"
    return assemble_networks(completed, Chain.leading_to(completed.resolution, completed.windows))


def design_links(design_id: str) -> dict[str, str]:
    """The paths of a design and its parts, the same on every server."""
    path = f"/v1/designs/{design_id}"
    parts = {"module": "module.py", "bundle": "bundle.zip"}
    pictures = {name: f"{name}.svg" for name in ("generator", "discriminator", "overlap")}
    return {"self": path, **{name: f"{path}/{part}" for name, part in (parts | pictures).items()}}


def portable_document(document: JsonObject) -> JsonObject:
    """A design's document without values that differ by machine or release: versions and rounding.

    It is equal to the byte for the same design on two machines; entity tags are computed from it.
    """
    verification = document["verification"]
    assert isinstance(verification, dict), "a design's document has a receipt"
    return {
        **{name: value for name, value in document.items() if name != "designer_version"},
        "verification": portable_receipt(verification),
    }


def count_document(count: int | None) -> JsonObject:
    """A count as a number, and above 2⁵³ also as text."""
    text = str(count) if count is not None and count > MAX_EXACT_FLOAT else None
    return {"count": count, "count_text": text}


def reasons_document(reasons: Sequence[Reason]) -> JsonObject:
    """The reasons as sentences (``why``), and with codes and facts (``reasons``)."""
    documents = [reason_document(reason) for reason in reasons]
    return {"why": [document["sentence"] for document in documents], "reasons": documents}
