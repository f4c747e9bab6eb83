# ruff: noqa: N999 - gunicorn's own name for this file
"""The service's gunicorn settings for the bare application, without hooks."""

from pathlib import Path
from runpy import run_path
from types import FunctionType

_COMMITTED = run_path(str(Path(__file__).parents[1] / "service" / "gunicorn.conf.py"))

globals().update(
    {
        name: value
        for name, value in _COMMITTED.items()
        if not name.startswith("_") and not isinstance(value, FunctionType)
    }
)
wsgi_app = "benchmarks.bare:app"
