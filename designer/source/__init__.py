"""Networks as Python text."""

from designer.source.render import render_source
from designer.source.text import PythonSource

__all__ = ["PythonSource", "render_source"]
