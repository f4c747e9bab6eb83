"""Receipts in the cache: the same text is run once, whatever asked for it and wherever."""

from __future__ import annotations

import json
from contextlib import suppress

from designer.verification import Verification, read_receipt, receipt_json
from service.cache.cache import Cache


class CachedReceipts:
    """A ReceiptStore of the library, kept in the service's cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, None where it is not kept or is none."""
        text = self._cache.get(f"receipt {key}")
        if text is None:
            return None
        with suppress(ValueError, RecursionError):
            return read_receipt(json.loads(text))
        return None

    def put(self, key: str, receipt: Verification) -> None:
        """Keep a receipt."""
        self._cache.put(f"receipt {key}", json.dumps(receipt_json(receipt), ensure_ascii=False))
