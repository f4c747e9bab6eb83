"""Bare Flask application as a baseline: one document, returned in two ways.

The environment variable ``BARE_DOCUMENT`` names the file with the document.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from flask import Flask, Response, jsonify

app = Flask(__name__)

_TEXT = Path(os.environ["BARE_DOCUMENT"]).read_text(encoding="utf-8")
_COMPACT = len(json.dumps(json.loads(_TEXT)))  # Flask writes no indentation
_DOCUMENTS = [json.loads(_TEXT)] * round(len(_TEXT) / _COMPACT)


@app.get("/json")
def bare_json() -> Response:
    """The document as JSON, serialized for each request, repeated to the length of the text."""
    return jsonify(_DOCUMENTS)


@app.get("/text")
def bare_text() -> Response:
    """The document's text: the fastest possible route of this size."""
    return Response(_TEXT, mimetype="application/json")
