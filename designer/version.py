"""The release's number: the one place it is written."""

from __future__ import annotations

VERSION = "0.1.0"
"""This release, as in CHANGELOG.md."""
