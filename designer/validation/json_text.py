"""JSON as the text of responses and files."""

from __future__ import annotations

import json
from io import StringIO


def document_text(document: object) -> str:
    r"""A document as the text of a response or a file.

    >>> document_text({"shape": "3×64×64"})
    '{\n  "shape": "3×64×64"\n}\n'
    """
    text = StringIO()
    json.dump(document, text, ensure_ascii=False, indent=2)  # dumps would list all parts first
    text.write("\n")
    return text.getvalue()
