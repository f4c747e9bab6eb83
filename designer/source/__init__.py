"""Networks as Python text."""

from designer.source.python_source import PythonSource
from designer.source.render import render_source

__all__ = ["PythonSource", "render_source"]
