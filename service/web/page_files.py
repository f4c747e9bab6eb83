"""The files of the page, served from ``service/web`` without a build step and without what browsers do not need."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin

from service.http.representation import Representation
from service.problems.problem_document import ProblemError
from service.web.form_fields import field_sentences, form_fields

PAGE_FOLDER = Path(__file__).parent

MESSAGES_FILE = Path(__file__).with_name("messages.json")
"""Every message in both languages: ``[English, 简体中文]``, or one text for both.

``page`` holds the messages of the page by group and key, ``translations`` the Chinese of texts that
the service has in English: of reasons by their code.
``refusals`` holds further translations, which the page loads with the first refusal or audit: of
reasons, and of problems without reasons by their code. ``fields`` holds the sentence about each
field of the form: its Chinese, or both languages where that of the service is about JSON.
"""

MESSAGES_MODULES = {"messages-en.mjs": 0, "messages-zh.mjs": 1}
"""Module of a language: the index of that language in each message."""

REFUSALS_MODULE = "refusals-zh.mjs"
"""Module of the Chinese of ``refusals``."""

FIELDS_MODULE = "brief-fields.mjs"
"""Module of the fields of a brief, made from the rows of ``designer.brief``."""

INDENTATION = re.compile(rb"\n +")
"""Spaces before a line of the document."""

QUOTED_NAME = re.compile(r'(?<=[{,])"([A-Za-z_]\w*)":')
"""A key after its object's brace or a comma; within a string of JSON, a quote follows a backslash."""

LEADING_ZERO = re.compile(rb"(?<![\w.#])0(?=\.\d)")
"""The zero of a number below one in a style sheet, which CSS may leave out."""

LAST_COMMA = re.compile(rb",(?=\n(?:[\]}]|\t+[\]})]))")
"""The comma after the last entry of a list that has a line for each; a text has no tabs."""

NEEDLESS_SIGN = re.compile(rb";(?=\})|(?<=\})\n(?=.)")
"""The last semicolon of a block, and a line end after a block."""

LONE_PARAMETER = re.compile(rb"(?<![\w$])\((\w+)\)=>")
"""The parameter of an arrow function that has one, which needs no parentheses."""


def shorten_script(body: bytes) -> bytes:
    """A script without comments, white space and signs that its statements do not need.

    >>> shorten_script(b"const double = (each) => { return 2 * each; };")
    b'const double=each=>{return 2*each};'
    """
    return LONE_PARAMETER.sub(
        rb"\1=>", NEEDLESS_SIGN.sub(b"", rjsmin.jsmin(LAST_COMMA.sub(b"", body)))
    )


def shorten_style(body: bytes) -> bytes:
    """A style sheet without comments, white space and zeros that its values do not need.

    >>> shorten_style(b"p { margin: 0 0.5rem; }")
    b'p{margin:0 .5rem}'
    """
    return LEADING_ZERO.sub(b"", rcssmin.cssmin(body))


MINIFIERS: dict[str, Callable[[bytes], bytes]] = {
    ".css": shorten_style,
    ".html": partial(INDENTATION.sub, b"\n"),
    ".js": shorten_script,
    ".mjs": shorten_script,
}
"""What leaves out of a file that is served what it does not need, by its suffix."""

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
        path = files[name]
        body = MINIFIERS[path.suffix](path.read_bytes())
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

    >>> messages_module(0)[:56]
    b'export default {page:{frame:{skip:"Skip to content",view'
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
        "fields": _field_texts(messages["fields"], language_index),
        "translations": messages["translations"] if language_index else {},
    }
    return _module(exported)


def _field_texts(texts: dict[str, str | list[str]], language_index: int) -> dict[str, str]:
    """The sentence about each field, in English that of the service unless the page has its own."""
    english = field_sentences()
    own = {
        name: text if isinstance(text, list) else [english[name], text]
        for name, text in texts.items()
    }
    return {name: both[language_index] for name, both in own.items()}


def _read_messages() -> dict[str, Any]:
    messages: dict[str, Any] = json.loads(MESSAGES_FILE.read_text(encoding="utf-8"))
    return messages


def _module(value: object) -> bytes:
    """An ES module that exports a JSON value; a key that is a name needs no quotes there."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    literal = QUOTED_NAME.sub(r"\1:", text)
    return f"export default {literal};\n".encode()
