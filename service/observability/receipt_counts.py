"""Counts of new receipts by verdict."""

from __future__ import annotations

from designer.verification import ReceiptStore, Verification
from service.observability.metrics import Metrics


class CountedReceipts:
    """A ``ReceiptStore`` that counts the receipts put into another one."""

    def __init__(self, store: ReceiptStore, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    def get(self, key: str) -> Verification | None:
        """The receipt of a key, or None."""
        return self._store.get(key)

    def put(self, key: str, receipt: Verification) -> None:
        """Count a receipt and store it."""
        self._metrics.verifications.labels(receipt.verdict).inc()
        self._store.put(key, receipt)
