"""The OpenAPI document as YAML, as JSON and as a representation, and its introduction."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import yaml

from designer.validation.json_text import document_text
from service.http.representation import JSON, Representation

TITLE = "gan-designer"

SERVERS = [{"url": "/", "description": "The service that serves this document."}]

CONTACT = {"name": "The maintainers of gan-designer"}

LICENSE = {"name": "MIT", "identifier": "MIT"}

DESCRIPTION = """\
Computes a generator and a discriminator in plain PyTorch from a resolution and the length of a
latent vector. All layers fit, and a receipt records that the source was run and measured.

Bodies are JSON in UTF-8. Numbers are strict: `"4"`, `4.0` and `true` are not accepted as 4,
although JSON Schema counts 4.0 as an integer. Unknown fields are refused. Sizes are lists with one
entry per axis, height before width (depth first). Every error is a problem document (RFC 9457)
whose `code` is stable and whose `type` is the path of a page that explains how to repair the
request.
"""


class _Dumper(yaml.SafeDumper):
    """YAML dumper that writes multi-line strings as blocks."""


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def render_openapi_yaml(document: dict[str, Any]) -> str:
    """The document as deterministic YAML, the content of openapi.yaml."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def render_openapi_json(document: dict[str, Any]) -> str:
    """The document as JSON, the content of `/openapi.json`."""
    return document_text(document)


def openapi_representation(document: dict[str, Any]) -> Representation:
    """The document as the representation of `/openapi.json`."""
    body = render_openapi_json(document).encode()
    return Representation(
        body=body,
        media_type=JSON,
        tag=sha256(body).hexdigest(),
        location="/openapi.json",
    )
