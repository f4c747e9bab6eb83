"""The modules that a text makes: where, in which order, and whether their constructors returned."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any

from torch import nn

from designer.verification.tracer.stand_ins import constructing_network
from designer.verification.tracer.text_lines import TextLine, calling_places


class MadeModules:
    """Where each module is made, in the order in which they are made.

    A module whose constructor raised is left out: what it does would say nothing about the text.
    """

    def __init__(self) -> None:
        self._places: dict[nn.Module, tuple[TextLine, ...]] = {}
        self._unfinished: set[nn.Module] = set()

    def watch(self, files: frozenset[str]) -> None:
        """Note every module that is made from now on."""
        original = nn.Module.__init__

        def noting(module: nn.Module, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            original(module, *args, **kwargs)
            if module not in self._places:
                self._places[module] = calling_places(files, skip_self=module)

        def watching(kind: type[nn.Module], /, **options: Any) -> None:  # noqa: ANN401
            super(nn.Module, kind).__init_subclass__(**options)
            self._watch_constructor(kind)

        nn.Module.__init__ = noting  # type: ignore[assignment, method-assign]
        nn.Module.__init_subclass__ = classmethod(watching)  # type: ignore[assignment, method-assign]
        self._watch_constructor(nn.Sequential)

    def _watch_constructor(self, kind: type[nn.Module]) -> None:
        """Note the modules of a class whose constructor raises."""
        original = vars(kind).get("__init__")
        if original is None or not hasattr(original, "__code__"):
            return

        @wraps(original)
        def noting(module: nn.Module, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            try:
                with constructing_network():
                    original(module, *args, **kwargs)
            except BaseException:
                self._unfinished.add(module)
                raise

        kind.__init__ = noting  # type: ignore[assignment, method-assign]

    def place_of(self, module: nn.Module) -> TextLine | None:
        """The line that made a module."""
        return next(iter(self.places_of(module)), None)

    def places_of(self, module: nn.Module) -> tuple[TextLine, ...]:
        """The line that made a module, and those that called the code with it, innermost first."""
        return self._places.get(module, ())

    def __iter__(self) -> Iterator[nn.Module]:
        return iter([module for module in self._places if module not in self._unfinished])
