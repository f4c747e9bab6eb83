"""Stand-ins for what a missing package defines.

A stand-in can be a base class, a decorator, a holder of settings, and can be called, indexed and
iterated over; it does nothing. Inside a network that is being traced it raises, because its result
would be invented.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

_HARMLESS_CONTENTS = frozenset(["parameters", "named_parameters", "modules", "named_modules"])
"""Methods whose results are walked through to freeze a network, which changes no size."""


class StandInUsed(Exception):
    """A network needs something of a package that is missing."""


class _State:
    """Whether a network is being traced; how many constructors of networks are running."""

    tracing = False
    constructors = 0


def set_tracing(*, active: bool) -> None:
    """Whether stand-ins raise when they are called."""
    _State.tracing = active


@contextmanager
def constructing_network() -> Iterator[None]:
    """A network is being made in the block: what a stand-in contains is not to be asked there."""
    _State.constructors += 1
    try:
        yield
    finally:
        _State.constructors -= 1


def used_stand_in(error: BaseException, files: Collection[str]) -> str | None:
    """The name of the stand-in that an exception is due to; None if it is due to none.

    It is raised by a stand-in, or by a function outside the text that was given one, or it names the
    type of one.
    """
    if isinstance(error, StandInUsed):
        return str(error)
    name, step = None, error.__traceback__
    while step is not None:
        frame = step.tb_frame
        is_text = frame.f_code.co_filename in files
        name = None if is_text else (name or _stand_in_among(frame.f_locals.values()))
        step = step.tb_next
    if name is None and isinstance(error, TypeError):
        quoted = re.findall(r"'(\w+)'|\b(\w+)\b", str(error)) if "object" in str(error) else []
        quoted = quoted or re.findall(r"'(\w+)'()", str(error))
        words = (word for pair in quoted for word in pair if word)
        name = next((_MADE[word] for word in words if word in _MADE), None)
    return name


def _stand_in_among(values: Iterable[object]) -> str | None:
    for value in values:
        inner = value if isinstance(value, tuple | list) else [value]
        for each in inner:
            kind = each if isinstance(each, type) else type(each)
            if isinstance(kind, StandInType) and kind.__dict__.get("_is_stand_in"):
                return kind.__qualname__
    return None


_MADE: dict[str, str] = {}
"""The qualified names of stand-ins by their names."""


class StandInType(type):
    """Metaclass of stand-ins: their attributes are stand-ins, too."""

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return make_stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        if cls.__dict__.get("_is_stand_in"):
            return _call(cls.__qualname__, args, kwargs, lambda: type.__call__(cls))
        return super().__call__(*args, **kwargs)

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __getitem__(cls, key: object) -> Any:  # noqa: ANN401
        return cls

    def __or__(cls, other: object) -> Any:  # noqa: ANN401
        return object

    __ror__ = __or__

    def __len__(cls) -> int:
        return 0

    def __bool__(cls) -> bool:
        return True


def _call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], make: Any) -> Any:  # noqa: ANN401
    """The result of calling a stand-in: as a decorator its argument, else an instance."""
    if _State.tracing:
        raise StandInUsed(name)
    if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type):
        return args[0]
    return make()


class StandIn(metaclass=StandInType):
    """An object of a missing package."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return make_stand_in(f"{type(self).__qualname__}.{name}")()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        return _call(type(self).__qualname__, args, kwargs, lambda: self)

    def __iter__(self) -> Iterator[Any]:
        self._refuse_to_invent()
        return iter(())

    def __len__(self) -> int:
        self._refuse_to_invent()
        return 0

    def _refuse_to_invent(self) -> None:
        """Raise where a network would be made of what this object contains, but for parameters."""
        name = type(self).__qualname__
        if _State.constructors and name.rpartition(".")[2] not in _HARMLESS_CONTENTS:
            raise StandInUsed(name)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, value: object) -> bool:
        return False

    def __getitem__(self, key: object) -> Any:  # noqa: ANN401
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __enter__(self) -> Any:  # noqa: ANN401
        return self

    def __exit__(self, *args: object) -> None:
        pass


def make_stand_in(qualified_name: str) -> type:
    """A stand-in for a class, function or value by its dotted name.

    >>> make_stand_in("wandb.init").__qualname__
    'wandb.init'
    """
    made = StandInType(qualified_name.rpartition(".")[2], (StandIn,), {"_is_stand_in": True})
    made.__qualname__ = qualified_name
    _MADE[made.__name__] = qualified_name
    return made
