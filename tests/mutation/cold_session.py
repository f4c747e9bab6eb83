"""A pytest session in a process of its own, which imports a mutated module in place of the module."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutation.sites import Mutant, mutated_code
from tests.mutation.warm_session import KILLED, SURVIVED, QuickFailures


class MutatedModule(SourceFileLoader):
    """Finds and loads one module, with a mutant in it."""

    def __init__(self, root: Path, mutant: Mutant) -> None:
        path = root / mutant.module
        self._is_package = path.name == "__init__.py"
        place = path.parent if self._is_package else path.with_suffix("")
        super().__init__(".".join(place.relative_to(root).parts), str(path))
        self._number = mutant.number

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own file, with this loader."""
        if fullname != self.name:
            return None
        folders = [str(Path(self.path).parent)] if self._is_package else None
        return spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=folders
        )

    def get_code(self, fullname: str) -> CodeType:
        """The code with the mutant."""
        source = Path(self.path).read_text(encoding="utf-8")
        return mutated_code(source, self._number, self.path)


class QuickestFirst(QuickFailures):
    """A plugin that runs the tests in a given order; those it does not name come first."""

    def __init__(self, order: Sequence[str]) -> None:
        super().__init__()
        self._places = {nodeid: place for place, nodeid in enumerate(order)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort them."""
        items.sort(key=lambda item: self._places.get(item.nodeid, -1))


def cold_outcome(root: Path, mutant: Mutant, arguments: Sequence[str], order: Sequence[str]) -> str:
    """Whether the tests find the mutant; to be called where the module is not imported yet."""
    failures = QuickestFirst(order)
    sys.meta_path.insert(0, MutatedModule(root, mutant))
    status = pytest.main(["--exitfirst", *arguments], plugins=[failures])
    return KILLED if failures.failed or status != pytest.ExitCode.OK else SURVIVED
