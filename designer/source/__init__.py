"""Python source of networks."""

from designer.source.python_source import PythonSource
from designer.source.render import render_source

__all__ = ["PythonSource", "render_source"]
