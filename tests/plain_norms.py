"""The norms that read no labels, which a generator without classes and a discriminator may have."""

from __future__ import annotations

from designer.brief.options import Normalization

PLAIN_NORMS = [norm for norm in Normalization if not norm.conditional]
"""All but class-conditional ones."""
