"""A bare Flask application to hold the service against: one document, answered in two ways.

``BARE_DOCUMENT`` in the environment names a file that holds it.
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
    """The document, so often that it is as long, as Flask writes JSON for each request anew."""
    return jsonify(_DOCUMENTS)


@app.get("/text")
def bare_text() -> Response:
    """Its text as it is: no route of this size can be quicker."""
    return Response(_TEXT, mimetype="application/json")
