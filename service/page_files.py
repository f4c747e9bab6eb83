"""The files of the page in ``service/web``: read as they are, no build step between."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from service.problems.body import ProblemError
from service.representation import Representation

FOLDER = Path(__file__).with_name("web")

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
}
"""Media type by the end of a file's name; no other file is handed out."""


def page_file(name: str) -> Representation:
    """One file of the page; only what lies in its folder has a name.

    >>> page_file("index.html").media_type
    'text/html'

    Raises:
        ProblemError: not_found, where no file is called so.
    """
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    if name not in files:
        raise ProblemError("not_found", "the page has no file of this name", known=sorted(files))
    body = files[name].read_bytes()
    return Representation(
        body=body,
        media_type=MEDIA_TYPES[files[name].suffix],
        tag=sha256(body).hexdigest()[:40],
        location="/" if name == "index.html" else f"/web/{name}",
    )
