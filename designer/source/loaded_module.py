"""A generated source as a Python module of this process."""

from __future__ import annotations

import linecache
import sys
from threading import RLock
from types import ModuleType

from designer.source.python_source import PythonSource

_LOADING = RLock()
"""Held while a module is made, so that no thread has one without its networks."""


def load_source(source: PythonSource) -> ModuleType:
    r"""The module of a source, which imports torch; equal sources give the same module.

    The source is one of this package's own: its text is rendered from a brief. The module is in
    ``sys.modules``, so that its networks can be pickled, and ``inspect`` and tracebacks show its lines.

    >>> module = load_source(PythonSource(text="SIDE = 64\n"))
    >>> module.SIDE, module is load_source(PythonSource(text="SIDE = 64\n"))
    (64, True)
    """
    name = f"gan_designer_{source.sha256[:16]}"
    with _LOADING:
        return sys.modules.get(name) or _new_module(name, source)


def _new_module(name: str, source: PythonSource) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = f"<{name}>"
    code = compile(source.text, module.__file__, "exec")
    lines = source.text.splitlines(keepends=True)
    linecache.cache[module.__file__] = (len(source.text), None, lines, module.__file__)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module
