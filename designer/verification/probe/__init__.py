"""The probe: what runs a text in torch. No other room imports torch."""

from designer.verification.probe.job import preload, run_job

__all__ = ["preload", "run_job"]
