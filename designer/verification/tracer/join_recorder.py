"""Runs a network on although maps that it joins have other sizes, and notes where they do not meet.

Where torch refuses to join two maps, the later one takes the sizes of the earlier one, its skip. So one run
shows every join at which the sizes differ, along every axis. ``broadcasts`` are the joins, counted from 1, of
maps whose sizes differ and that torch accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from designer.verification.tracer.cheap_calls import CheapCalls
from designer.verification.tracer.documents import Document
from designer.verification.tracer.recorder import INPUT_SOURCE, Recorder, tensors_of
from designer.verification.tracer.text_lines import TextLine, calling_places

_REFUSALS = ("Sizes of tensors must match", "must match the size of tensor", "Sizes must match")
"""How torch begins or words that it does not join maps."""

_SHRUNK = 0.75
"""A map below this share of another one's size is one level further down."""

_UP_CLASSES = ("ConvTranspose", "Upsample", "Upsampling", "interpolate")
"""How the names of classes and functions begin that enlarge a map."""


class JoinRecorder(Recorder):
    """A recorder whose run does not end at a join of maps of other sizes."""

    def __init__(
        self,
        network: nn.Module,
        files: Collection[str],
        made_at: Callable[[nn.Module], tuple[TextLine, ...]],
    ) -> None:
        super().__init__(network, files, made_at)
        self.cheap_calls = CheapCalls(most_multiply_adds=0)
        self.misses: list[Document] = []
        self.broadcasts: list[int] = []
        self._joins = 0

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """The result of a function; of a join that torch refuses, that with the skip's sizes."""
        kwargs = {} if kwargs is None else kwargs
        maps = [] if self._is_inside_torch() else self._maps_in(args, kwargs)
        self._joins += len(maps) > 1
        try:
            result = super().__torch_function__(function, types, args, kwargs)
        except RuntimeError as error:
            if len(maps) != 2 or not any(said in str(error) for said in _REFUSALS):
                raise
            resized = self._meet(maps)
            result = super().__torch_function__(
                function, types, _replaced(args, resized), _replaced(kwargs, resized)
            )
            self.recording.failed = None
            return result
        if len({each.shape[2:] for each in maps}) > 1:
            self.broadcasts.append(self._joins)
        return result

    def _module_node(self, call: Any, output: Any) -> Document:  # noqa: ANN401
        called = [[place.file, place.span] for place in call.places[:1] if place.span]
        return {**super()._module_node(call, output), "called_at": called}

    def _maps_in(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
        """The maps of one rank that a function is given, if they depend on the network's input."""
        found = [
            each
            for each in tensors_of([*args, *kwargs.values()])
            if each.dim() > 2 and self._producers.get(each) is not None
        ]
        return found if len({each.dim() for each in found}) == 1 else []

    def _meet(self, maps: list[Tensor]) -> dict[int, Tensor]:
        """The later map in the sizes of the earlier one, by its identity; the miss is noted."""
        producers: list[int] = [self._producers.get(each) for each in maps]
        skip = 0 if producers[0] <= producers[1] else 1
        kept, other = maps[skip], maps[1 - skip]
        walk = [*self._walk(producers[1 - skip], max)]
        up = next((node for node in walk if node["class"].startswith(_UP_CLASSES)), {})
        places = calling_places(self._files)
        self.misses.append(
            {
                "skip": list(kept.shape[2:]),
                "other": list(other.shape[2:]),
                "coarse": self._coarser(walk, other),
                "level": self._level(producers[skip]),
                "is_first": skip == 0,
                "joined_at": [[each.file, each.span] for each in places if each.span],
                "up_class": up.get("class"),
                "up_settings": up.get("settings", {}),
                "up_at": (up.get("called_at") or up.get("made_by") or [])[:1],
            }
        )
        resized = torch.zeros((*other.shape[:2], *kept.shape[2:]), dtype=other.dtype)
        self._producers[resized] = producers[1 - skip]
        return {id(other): resized}

    def _walk(self, index: int, choose: Callable[..., int]) -> Iterator[Document]:
        """The nodes from one back to the input, along the first or the last of what each reads."""
        while index != INPUT_SOURCE:
            node = self.recording.nodes[index]
            yield node
            index = choose(node["sources"], default=INPUT_SOURCE)

    def _coarser(self, walk: list[Document], grown: Tensor) -> list[int] | None:
        """The sizes of the map that was enlarged."""
        for node in walk:
            sides = _sides(node["input_shapes"][0]) if node["input_shapes"] else []
            if len(sides) == grown.dim() - 2 and _is_below(sides, list(grown.shape[2:])):
                return sides
        return None

    def _level(self, index: int) -> int:
        """The number of calls that shrink the map on the way from the input."""
        found = 0
        for node in self._walk(index, min):
            after = node["output_shape"]
            if node["input_shapes"] and isinstance(after, list) and after:
                is_shape = all(isinstance(size, int) for size in after)
                before = _sides(node["input_shapes"][0])
                found += is_shape and _is_below(_sides(after), before)
        return found


def _sides(shape: list[int]) -> list[int]:
    return shape[2:]


def _is_below(sides: list[int], others: list[int]) -> bool:
    return len(sides) == len(others) and any(
        one < _SHRUNK * other for one, other in zip(sides, others, strict=True)
    )


def _replaced(value: Any, tensors: dict[int, Tensor]) -> Any:  # noqa: ANN401
    """A value with other tensors in the place of some, also in its lists, tuples and dictionaries."""
    if isinstance(value, Tensor):
        return tensors.get(id(value), value)
    if isinstance(value, list | tuple):
        return type(value)(_replaced(each, tensors) for each in value)
    if isinstance(value, dict):
        return {name: _replaced(each, tensors) for name, each in value.items()}
    return value
