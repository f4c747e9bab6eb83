"""Receipts kept by what they depend on: the text, the design, the level, the versions, the limits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from designer.brief.model import Level
from designer.networks import Gan
from designer.verification.limits import WidthPolicy
from designer.verification.receipt import Verification
from designer.version import VERSION


class ReceiptStore(Protocol):
    """Where receipts are kept. Accidents never get here: they are no receipts."""

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, None where it is not kept."""

    def put(self, key: str, receipt: Verification) -> None:
        """Keep a receipt."""


class RecentReceipts:
    """The ``max_receipts`` receipts that were last asked for, in this process; safe for many threads."""

    def __init__(self, max_receipts: int = 256) -> None:
        assert max_receipts > 0, f"a store keeps at least 1 receipt, got {max_receipts}"
        self._max_receipts = max_receipts
        self._lock = threading.Lock()
        self._receipts: OrderedDict[str, Verification] = OrderedDict()

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, from now on the last to be forgotten."""
        with self._lock:
            if key in self._receipts:
                self._receipts.move_to_end(key)
            return self._receipts.get(key)

    def put(self, key: str, receipt: Verification) -> None:
        """Keep a receipt and forget the one that nobody asked for the longest time."""
        with self._lock:
            self._receipts[key] = receipt
            self._receipts.move_to_end(key)
            while len(self._receipts) > self._max_receipts:
                self._receipts.popitem(last=False)


def receipt_key(text_sha256: str, gan: Gan, *, level: Level, policy: WidthPolicy) -> str:
    """A name for all that a receipt depends on."""
    dependencies = (text_sha256, gan, str(level), policy, VERSION, installed_torch_version())
    return sha256(repr(dependencies).encode()).hexdigest()


def installed_torch_version() -> str:
    """The installed torch, told without importing it."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"
