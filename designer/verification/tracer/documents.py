"""The JSON objects of a job and of its report."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
"""A JSON object."""
