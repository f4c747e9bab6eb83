"""Computation, caching and response formats of designs."""
