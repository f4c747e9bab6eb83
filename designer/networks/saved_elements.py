"""What torch saves of a network for the backward pass: each tensor once, also if two modules save it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Protocol

from designer.geometry.modules.labels import LABEL_ELEMENTS
from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip

_Tensor = int
"""A number that stands for the memory of a tensor."""


class _HasModules(Protocol):
    """A network."""

    @property
    def entries(self) -> tuple[NetworkEntry, ...]:
        """What it executes one after the other."""

    @property
    def placed_modules(self) -> tuple[PlacedModule, ...]:
        """Every module."""


def count_saved_elements(network: _HasModules) -> int:
    """Elements that a pass of one sample saves; those of a tensor that two modules save count once."""
    saving = _Saving()
    start = saving.new_tensor()
    after = saving.follow_entries(network.entries, start)
    inside = {each.name for entry in network.entries for each in entry.modules}
    saving.follow_aside((p for p in network.placed_modules if p.name not in inside), after)
    return saving.total


class _Saving:
    """The tensors that were saved so far."""

    def __init__(self) -> None:
        self._tensors = count()
        self._saved: dict[_Tensor, int] = {}
        self._more = 0
        self._labels = self.new_tensor()

    @property
    def total(self) -> int:
        """Elements of all saved tensors."""
        return sum(self._saved.values()) + self._more

    def new_tensor(self) -> _Tensor:
        """A tensor with memory of its own."""
        return next(self._tensors)

    def follow_entries(self, entries: Iterable[NetworkEntry], value: _Tensor) -> _Tensor:
        """Save what the entries save, one after the other; the tensor after the last one."""
        for entry in entries:
            if isinstance(entry, PlacedPaths):
                for path in (entry.body, entry.shortcut):
                    self.follow_entries(path, value)
                value = self.new_tensor()
            elif isinstance(entry, PlacedSkip):
                self.follow_entries(entry.body, value)
                value = self.new_tensor()
            else:
                value = self._follow(entry, value)
        return value

    def follow_aside(self, row: Iterable[PlacedModule], features: _Tensor) -> None:
        """The modules beside ``main``: embeddings, and those of a projection, which all read the features.

        A sigmoid reads a sum.
        """
        for placed in row:
            fresh = placed.module.of_labels or placed.module.saves_output
            self._follow(placed, self.new_tensor() if fresh else features)

    def _follow(self, placed: PlacedModule, value: _Tensor) -> _Tensor:
        module = placed.module
        after = value if module.in_place else self.new_tensor()
        if module.saves_input:
            self._saved[value] = placed.before.elements
        if module.saves_output:
            self._saved[after] = placed.after.elements
        for each in placed.modules:
            if each.module.saves_labels:
                self._saved[self._labels] = LABEL_ELEMENTS
            self._more += each.module.extra_saved_for_backward(each.before)
        return after
