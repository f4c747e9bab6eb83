"""The probe: runs a source in torch and measures it. No other package imports torch."""

from designer.verification.probe.job import preload, run_job

__all__ = ["preload", "run_job"]
