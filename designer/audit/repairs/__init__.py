"""Repairs: the smallest edits after which a network fits, found by search over the laws."""
