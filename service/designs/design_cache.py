"""Cache of designs by brief and by id; concurrent requests for one design share a computation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from flask import current_app

from designer.brief.model import Brief
from designer.pipeline.design import Design
from service.cache.cache import Cache
from service.cache.single_flight import SingleFlight
from service.cache.waiting_slots import WaitingSlots
from service.designs.design_service import DesignService, timed_stage
from service.designs.stored_design import (
    StoredDesign,
    dump_stored_design,
    load_stored_design,
    make_stored_design,
)


class DesignCache:
    """Designs by completed brief and by id; refusals and accidents are not cached."""

    def __init__(self, design_service: DesignService, cache: Cache, slots: WaitingSlots) -> None:
        self._design_service = design_service
        self._cache = cache
        self._single_flight = SingleFlight(slots)

    def design(self, brief: Brief) -> StoredDesign:
        """The design of a brief."""
        return self._get_or_make(f"brief {brief!r}", lambda: self._design_service.make(brief))

    def recall(self, design_id: str) -> StoredDesign:
        """The design of an id."""
        return self._get_or_make(
            _key_of_id(design_id), lambda: self._design_service.recall(design_id)
        )

    def _get_or_make(self, name: str, make: Callable[[], Design]) -> StoredDesign:
        return self._find(name) or self._single_flight.run_once(
            name, lambda: self._make(name, make)
        )

    def _find(self, name: str) -> StoredDesign | None:
        with timed_stage("cache"):
            entry = self._cache.get(name)
        with suppress(ValueError):
            return None if entry is None else load_stored_design(entry)
        return None

    def _make(self, name: str, make: Callable[[], Design]) -> StoredDesign:
        """Compute the design, unless another process has cached it before the lock was acquired."""
        with self._cache.lock(name):
            found = self._find(name)
            if found is not None:
                return found
            stored = make_stored_design(make())
            entry = dump_stored_design(stored)
            for key in {name, _key_of_id(stored.id)}:
                self._cache.put(key, entry)
            return stored


def _key_of_id(design_id: str) -> str:
    return f"design {design_id}"


def current_design_cache() -> DesignCache:
    """The design cache of the current application."""
    return cast(DesignCache, current_app.extensions["design_cache"])
