"""The files of the page, served from ``service/web`` without a build step, comments and indentation removed."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from service.http.representation import Representation
from service.problems.problem_document import ProblemError
from service.web.form_fields import form_fields

PAGE_FOLDER = Path(__file__).parent

MESSAGES_FILE = Path(__file__).with_name("messages.json")
"""Every message in both languages: ``[English, 简体中文]``, or one text for both.

``page`` holds the messages of the page by group and key, ``translations`` the Chinese of texts that
the service has in English: of reasons by their code, of pictures by what a shape stands for.
``refusals`` holds further translations, which the page loads with the first refusal or audit: of
reasons, and of problems without reasons by their code.
"""

MESSAGES_MODULES = {"messages-en.mjs": 0, "messages-zh.mjs": 1}
"""Module of a language: the index of that language in each message."""

REFUSALS_MODULE = "refusals-zh.mjs"
"""Module of the Chinese of ``refusals``."""

FIELDS_MODULE = "brief-fields.mjs"
"""Module of the fields of a brief, made from the rows of ``designer.brief``."""

COMMENT_LINES = re.compile(rb"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
"""Comments on lines of their own, a tenth of the source; they are not served."""

INDENTATION = re.compile(rb"^\t+", re.MULTILINE)
"""Tabs before statements, which are not served; texts over several lines are indented by spaces."""

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
}
"""Media type by file suffix; files with other suffixes are not served."""


def read_page_file(name: str) -> Representation:
    """A file of the page folder, the messages of a language, or the fields of a brief.

    >>> read_page_file("index.html").media_type
    'text/html'

    Raises:
        ProblemError: ``not_found``, if there is no file with this name.
    """
    files = {path.name: path for path in PAGE_FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    if name in MESSAGES_MODULES:
        body = messages_module(MESSAGES_MODULES[name])
    elif name == REFUSALS_MODULE:
        body = _module(_read_messages()["refusals"])
    elif name == FIELDS_MODULE:
        body = _module(form_fields())
    elif name in files:
        body = INDENTATION.sub(b"", COMMENT_LINES.sub(b"", files[name].read_bytes()))
    else:
        known = sorted({*files, *MESSAGES_MODULES, REFUSALS_MODULE, FIELDS_MODULE})
        raise ProblemError("not_found", "the page has no file of this name", known=known)
    return Representation(
        body=body,
        media_type=MEDIA_TYPES[Path(name).suffix],
        tag=sha256(body).hexdigest()[:40],
        location="/" if name == "index.html" else f"/web/{name}",
    )


def messages_module(language_index: int) -> bytes:
    """The messages of one language as an ES module; a client loads only its own language.

    >>> messages_module(0)[:54]
    b'export default {"page":{"frame":{"skip":"Skip to conte'
    """
    messages = _read_messages()
    page_messages = {
        group: {
            key: text if isinstance(text, str) else text[language_index]
            for key, text in texts.items()
        }
        for group, texts in messages["page"].items()
    }
    exported = {
        "page": page_messages,
        "translations": messages["translations"] if language_index else {},
    }
    return _module(exported)


def _read_messages() -> dict[str, Any]:
    messages: dict[str, Any] = json.loads(MESSAGES_FILE.read_text(encoding="utf-8"))
    return messages


def _module(value: object) -> bytes:
    """An ES module that exports a JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"export default {text};\n".encode()
