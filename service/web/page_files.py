"""The files of the page in ``service/web``: as they are but for comments, no build step between."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from service.http.representation import Representation
from service.problems.problem_document import ProblemError

FOLDER = Path(__file__).parent

MESSAGES = Path(__file__).with_name("messages.json")
"""Every sentence of the page in both languages, ``[English, 简体中文]``, or one text for both.

``said`` are the page's own by group and key; ``told`` are texts of the service, which are English,
each with what it says in Chinese.
"""

LANGUAGES = {"messages-en.mjs": 0, "messages-zh.mjs": 1}
"""The module of a language's messages: its place in each of them."""

COMMENT_LINES = re.compile(rb"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
"""Comments that have their lines to themselves. They are for who reads the source, and a tenth of it."""

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
}
"""Media type by the end of a file's name; no other file is handed out."""


def page_file(name: str) -> Representation:
    """One file of the page; only what lies in its folder has a name, and each language's messages.

    >>> page_file("index.html").media_type
    'text/html'

    Raises:
        ProblemError: not_found, where no file is called so.
    """
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    if name in LANGUAGES:
        body = messages_module(LANGUAGES[name]).encode()
    elif name in files:
        body = COMMENT_LINES.sub(b"", files[name].read_bytes())
    else:
        known = sorted({*files, *LANGUAGES})
        raise ProblemError("not_found", "the page has no file of this name", known=known)
    return Representation(
        body=body,
        media_type=MEDIA_TYPES[Path(name).suffix],
        tag=sha256(body).hexdigest()[:40],
        location="/" if name == "index.html" else f"/web/{name}",
    )


def messages_module(place: int) -> str:
    """The messages of one language as a module, so that nobody loads the other's.

    >>> messages_module(0)[:54]
    'export default {"said":{"frame":{"skip":"Skip to conte'
    """
    messages: dict[str, Any] = json.loads(MESSAGES.read_text(encoding="utf-8"))
    said = {
        group: {key: text if isinstance(text, str) else text[place] for key, text in texts.items()}
        for group, texts in messages["said"].items()
    }
    spoken = {"said": said, "told": messages["told"] if place else {}}
    return f"export default {json.dumps(spoken, ensure_ascii=False, separators=(',', ':'))};\n"
