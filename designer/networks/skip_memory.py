"""Map elements that an encoder–decoder has at once, without gradients.

The source keeps the map of each level until the join, and a call keeps what it was given until it
returns: a step up has the features below, the skip, the enlarged map and both joined.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks.blocks import NetworkEntry, PlacedModule, PlacedPaths, PlacedSkip
from designer.networks.encoder_decoder import EncoderDecoder, level_skips
from designer.networks.map_elements import sequence_elements

Row = list[PlacedModule | PlacedPaths]


def most_elements_with_skips(network: EncoderDecoder) -> int:
    """Elements of the input and of what is alive with it, at the step with most of them."""
    return network.input_map.elements + max(_Steps(network).elements())


class _Steps:
    """The steps of a network, container by container."""

    def __init__(self, network: EncoderDecoder) -> None:
        self._network = network
        self._rows: dict[str, Row] = {}
        self._collect(network.entries)

    def _collect(self, entries: tuple[NetworkEntry, ...]) -> None:
        for entry in entries:
            if isinstance(entry, PlacedSkip):
                self._collect(entry.body)
            elif entry.name.endswith(".enlarge"):
                self._rows[entry.name] = [entry]
            else:
                self._rows.setdefault(entry.name.rpartition(".")[0], []).append(entry)

    def elements(self) -> Iterator[int]:
        """Elements besides the input at each step."""
        kept: list[int] = []
        given = 0
        for placed in self._rows.get("input", []):
            given = placed.after.elements
            yield given
        for level in range(len(self._network.down)):
            row = self._rows[f"down.{level}"]
            yield from sequence_elements(row, sum(kept) + (0 if level else given))
            kept.append(row[-1].after.elements)
        bottom = kept.pop()
        middle = self._rows["middle"]
        yield from sequence_elements(middle, sum(kept) + bottom)
        features = middle[-1].after.elements
        for place, skip in enumerate(reversed([*level_skips(self._network)])):
            skipped = kept.pop()
            alive = sum(kept) + skipped + features
            yield from self._step_up(place, skip, alive)
            features = self._rows[f"up.{place}.body"][-1].after.elements
        head = self._rows["head"]
        yield from sequence_elements(head, features)
        for placed in self._rows.get("output", []):
            copied = placed.after.elements if placed.after != placed.before else 0
            yield features + placed.before.elements + copied

    def _step_up(self, place: int, skip: PlacedSkip, alive: int) -> Iterator[int]:
        """``alive``: the features below, the skip, and those of the levels above."""
        resized = 0
        for placed in self._rows.get(f"up.{place}", []):
            resized = placed.after.elements
            yield alive + resized
        yield from sequence_elements(self._rows[f"up.{place}.enlarge"], alive + resized)
        joined = alive + skip.body[-1].after.elements + skip.after.elements
        yield joined
        yield from sequence_elements(self._rows[f"up.{place}.body"], joined)
