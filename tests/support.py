"""What tests share: how often to try, decided in one place."""

from __future__ import annotations

import os

SOAK = os.environ.get("SOAK") == "1"
"""Whether this run tries everything with full counts: `make soak`."""


def soak_count(small: int, full: int) -> int:
    """How often to try: ``small`` in `make test`, ``full`` in `make soak`."""
    return full if SOAK else small
