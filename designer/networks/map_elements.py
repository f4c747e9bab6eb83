"""Elements of the maps that torch has at once in one place of a network, without gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from designer.networks.blocks import PlacedModule, PlacedPaths


def block_elements(block: PlacedPaths, kept: int) -> Iterator[int]:
    """Elements at each step of a block, with those ``kept`` of its input, which stays to the end."""
    body = block.after.elements
    yield from _path_elements(block.body, kept)
    yield from _path_elements(block.shortcut, kept + body)
    shortcut = 0 if block.shortcut[-1].module.in_place else body
    yield kept + body + shortcut + block.after.elements


def _path_elements(path: Iterable[PlacedModule], kept: int) -> Iterator[int]:
    """Elements at each step of a path, whose first module reads what is kept."""
    before = 0
    for placed in path:
        yield kept + before + step_elements(placed) - placed.before.elements
        before = placed.after.elements


def sequence_elements(entries: Sequence[PlacedModule | PlacedPaths], kept: int) -> Iterator[int]:
    """Elements at each step of a sequence, with those ``kept`` all the while, its input among them."""
    for place, entry in enumerate(entries):
        read = entry.before.elements
        if isinstance(entry, PlacedPaths):
            yield from block_elements(entry, kept + (0 if place == 0 else read))
        else:
            yield kept + step_elements(entry) - (read if place == 0 else 0)


def step_elements(placed: PlacedModule) -> int:
    """Elements while a module runs."""
    return placed.module.working_elements(placed.before, placed.after)
