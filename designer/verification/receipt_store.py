"""Cache of receipts by source, design, level, limits and versions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from designer.brief.options import Level
from designer.networks import Gan
from designer.verification.limits import WidthPolicy
from designer.verification.receipt import Verification
from designer.version import VERSION


class ReceiptStore(Protocol):
    """Interface of a receipt cache. Accidents are not receipts and are never stored."""

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, or None."""

    def put(self, key: str, receipt: Verification) -> None:
        """Store a receipt."""


class RecentReceipts:
    """The ``max_receipts`` most recently used receipts, in memory; thread-safe."""

    def __init__(self, max_receipts: int = 256) -> None:
        assert max_receipts > 0, f"max_receipts must be at least 1, got {max_receipts}"
        self._max_receipts = max_receipts
        self._lock = threading.Lock()
        self._receipts: OrderedDict[str, Verification] = OrderedDict()

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, or None; it becomes the most recently used."""
        with self._lock:
            if key in self._receipts:
                self._receipts.move_to_end(key)
            return self._receipts.get(key)

    def put(self, key: str, receipt: Verification) -> None:
        """Store a receipt; above the limit, drop the least recently used."""
        with self._lock:
            self._receipts[key] = receipt
            self._receipts.move_to_end(key)
            while len(self._receipts) > self._max_receipts:
                self._receipts.popitem(last=False)


def receipt_key(text_sha256: str, gan: Gan, *, level: Level, policy: WidthPolicy) -> str:
    """Digest of everything that a receipt depends on."""
    dependencies = (text_sha256, gan, str(level), policy, VERSION, installed_torch_version())
    return sha256(repr(dependencies).encode()).hexdigest()


def installed_torch_version() -> str:
    """Version of the installed torch, read without importing it; ``none`` if there is none."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"
