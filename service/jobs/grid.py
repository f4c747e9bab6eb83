"""Grids: the product of one list of values per field; the last field changes fastest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from designer.validation.json_readers import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The values of each field, in the order of the request."""

    values: Mapping[str, list[object]]

    def __len__(self) -> int:
        return prod(len(values) for values in self.values.values())

    def value_indices(self, index: int) -> dict[str, int]:
        """Index of each field's value in a row.

        >>> Grid(values={"resolution": [32, 64], "latent_dim": [8, 16, 32]}).value_indices(4)
        {'resolution': 1, 'latent_dim': 1}
        """
        found = {}
        for name, values in reversed(list(self.values.items())):
            index, found[name] = divmod(index, len(values))
        return dict(reversed(found.items()))

    def row(self, index: int) -> JsonObject:
        """The brief of a row.

        >>> Grid(values={"resolution": [32, 64], "latent_dim": [8, 16, 32]}).row(4)
        {'resolution': 64, 'latent_dim': 16}
        """
        return {
            name: self.values[name][value_index]
            for name, value_index in self.value_indices(index).items()
        }

    def pointer(self, index: int, brief_pointer: str) -> str:
        """The pointer into the grid for a pointer into the row's brief.

        >>> grid = Grid(values={"resolution": [32, [64, 3]], "latent_dim": [8]})
        >>> grid.pointer(1, "/resolution/1"), grid.pointer(0, "/seed")
        ('/resolution/1/1', '/seed')
        """
        _, name, *rest = brief_pointer.split("/", 2) if brief_pointer else ("", "")
        if name not in self.values:
            return brief_pointer
        return "/".join(["", name, str(self.value_indices(index)[name]), *rest])
