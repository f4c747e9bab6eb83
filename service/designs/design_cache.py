"""Where designs stand once they are made: each is made once, whoever asks, wherever and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from flask import current_app

from designer.brief.brief_json import brief_document
from designer.brief.model import Brief
from designer.pipeline.design import Design
from service.cache.cache import Cache
from service.cache.single_flight import Flight
from service.designs.design_service import Workshop, timed_stage
from service.designs.stored_design import KeptDesign, keep_design, read_kept, write_kept


class Shelf:
    """Designs by their completed brief and by their id. Refusals and accidents are not kept."""

    def __init__(self, workshop: Workshop, cache: Cache, *, most_waiting: int) -> None:
        self._workshop = workshop
        self._cache = cache
        self._flight = Flight(most_waiting=most_waiting)

    def design(self, brief: Brief) -> KeptDesign:
        """The design of a brief."""
        name = f"brief {json.dumps(brief_document(brief), sort_keys=True)}"
        return self._kept(name, lambda: self._workshop.make(brief))

    def recall(self, design_id: str) -> KeptDesign:
        """The design that an id names."""
        return self._kept(_name_of(design_id), lambda: self._workshop.recall(design_id))

    def _kept(self, name: str, make: Callable[[], Design]) -> KeptDesign:
        return self._find(name) or self._flight.once(name, lambda: self._make(name, make))

    def _find(self, name: str) -> KeptDesign | None:
        with timed_stage("cache"):
            entry = self._cache.get(name)
        with suppress(ValueError):
            return None if entry is None else read_kept(entry)
        return None

    def _make(self, name: str, make: Callable[[], Design]) -> KeptDesign:
        """Make it, unless another process has made it until our turn came."""
        with self._cache.turn(name):
            found = self._find(name)
            if found is not None:
                return found
            kept = keep_design(make())
            for place in {name, _name_of(kept.id)}:
                self._cache.put(place, write_kept(kept))
            return kept


def _name_of(design_id: str) -> str:
    return f"design {design_id}"


def shelf() -> Shelf:
    """The shelf of the application that answers."""
    return cast(Shelf, current_app.extensions["shelf"])
