"""A bare Flask application to hold the service against: one route, its JSON text made before.

``BARE_BYTES`` in the environment is the length of that text.
"""

from __future__ import annotations

import os

from flask import Flask, Response

app = Flask(__name__)

_TEXT = '{"bare": "' + "x" * (int(os.environ.get("BARE_BYTES", "32")) - 13) + '"}\n'


@app.get("/")
def bare() -> Response:
    """The text as it is: no other route of this size can be quicker."""
    return Response(_TEXT, mimetype="application/json")
