"""Receipts in the cache, so that the same source is verified once for all requests and replicas."""

from __future__ import annotations

import json
from contextlib import suppress

from designer.verification import Verification, read_receipt, receipt_json
from service.cache.cache import Cache


class CachedReceipts:
    """The library's ``ReceiptStore``, backed by the cache of the service."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, key: str) -> Verification | None:
        """The receipt of a key, or None if it is missing or invalid."""
        text = self._cache.get(f"receipt {key}")
        if text is None:
            return None
        with suppress(ValueError, RecursionError):
            return read_receipt(json.loads(text))
        return None

    def put(self, key: str, receipt: Verification) -> None:
        """Store a receipt."""
        self._cache.put(f"receipt {key}", json.dumps(receipt_json(receipt), ensure_ascii=False))
