"""The OpenAPI document of an application, as values, as YAML and as an answer."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import yaml

from designer.pipeline.design_json import document_text
from service.http.representation import JSON, Representation

TITLE = "gan-designer"

LICENSE = {"name": "MIT", "identifier": "MIT"}

DESCRIPTION = """\
A resolution and a latent size in; a generator and a discriminator in plain PyTorch out, every
layer fitting, with proof that the text was run.

Bodies are JSON in UTF-8. Numbers are strict: `"4"`, `4.0` and `true` are not 4, though JSON Schema
takes 4.0 for an integer. Unknown fields are refused. Sizes are lists with one entry per axis,
height before width (depth first). Every error is a problem document (RFC 9457) whose `code` is
stable and whose `type` leads to a page that says how to repair the request.
"""


class _Dumper(yaml.SafeDumper):
    """YAML whose texts of several lines stay readable."""


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def render_openapi_yaml(document: dict[str, Any]) -> str:
    """The document as the text of openapi.yaml; the same document gives the same text."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def render_openapi_json(document: dict[str, Any]) -> str:
    """The document as `/openapi.json` gives it."""
    return document_text(document)


def openapi_representation(document: dict[str, Any]) -> Representation:
    """The document as an answer."""
    body = render_openapi_json(document).encode()
    return Representation(
        body=body,
        media_type=JSON,
        tag=sha256(body).hexdigest(),
        location="/openapi.json",
    )
