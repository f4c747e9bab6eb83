"""Audits: a network that somebody already has, traced, diagnosed and mended."""
