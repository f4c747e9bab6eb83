"""Readiness, metrics and logs of the service."""
