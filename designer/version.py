"""Version of the package, defined only here."""

from __future__ import annotations

VERSION = "0.1.0"
"""Version of this release, as in CHANGELOG.md."""
