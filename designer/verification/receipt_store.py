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
    """The ``most`` receipts that were last asked for, in this process; safe for many threads."""

    def __init__(self, most: int = 256) -> None:
        assert most > 0, f"a store keeps at least 1 receipt, got {most}"
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Verification] = OrderedDict()

    def get(self, key: str) -> Verification | None:
        """The receipt of that key, from now on the last to be forgotten."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, receipt: Verification) -> None:
        """Keep a receipt and forget the one that nobody asked for the longest time."""
        with self._lock:
            self._kept[key] = receipt
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def receipt_key(text_sha256: str, gan: Gan, *, level: Level, policy: WidthPolicy) -> str:
    """A name for all that a receipt depends on."""
    on = (text_sha256, gan, str(level), policy, VERSION, installed_torch())
    return sha256(repr(on).encode()).hexdigest()


def installed_torch() -> str:
    """The installed torch, told without importing it."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"
