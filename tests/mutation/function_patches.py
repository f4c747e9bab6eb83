"""The functions of a program that has been imported, and how their code is replaced in place.

Modules that imported a function keep the same object, so a mutant needs no second import.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from functools import _lru_cache_wrapper
from types import CodeType, FunctionType
from typing import Any

FunctionPlace = tuple[str, str, int]
"""File, qualified name and first line of a function."""


def function_place(code: CodeType) -> FunctionPlace:
    """Where the code of a function stands."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def outermost_codes(module: CodeType) -> Iterator[CodeType]:
    """The code of the functions of a module and of its classes, not of functions in functions."""
    for constant in module.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & CO_NEWLOCALS and constant.co_flags & CO_OPTIMIZED:
                yield constant
            else:
                yield from outermost_codes(constant)


CO_OPTIMIZED, CO_NEWLOCALS = 1, 2
"""Flags of code that belongs to a function, and not to the body of a class."""


class LoadedFunctions:
    """The functions that are in memory from some files, by place, and the caches of functions.

    Those of the tests are left alone: they hold what the tests compare with.
    """

    def __init__(self, files: Iterable[str]) -> None:
        wanted = set(files)
        self._functions: dict[FunctionPlace, list[FunctionType]] = {}
        self._caches: list[Any] = []
        for each in gc.get_objects():
            if type(each) is FunctionType and each.__code__.co_filename in wanted:
                self._functions.setdefault(function_place(each.__code__), []).append(each)
            elif type(each) is _lru_cache_wrapper and not each.__module__.startswith("tests."):
                self._caches.append(each)

    def clear_caches(self) -> None:
        """Forget what functions have computed before."""
        for cached in self._caches:
            cached.cache_clear()

    def replace(self, place: FunctionPlace, module: CodeType) -> bool:
        """Give the functions at a place their code of another version of the module.

        False if there is not exactly one such code, or if its variables differ.
        """
        codes = [code for code in outermost_codes(module) if function_place(code) == place]
        functions = self._functions.get(place, [])
        if len(codes) != 1 or not functions:
            return False
        if any(each.__code__.co_freevars != codes[0].co_freevars for each in functions):
            return False
        for each in functions:
            each.__code__ = codes[0]
        return True
