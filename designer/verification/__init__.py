"""Verification: a text is run by torch in a process of its own and held against its prediction."""

from designer.verification.limits import Limits, WidthPolicy
from designer.verification.pool import Pool
from designer.verification.receipt import Check, Verdict, Verification, Width, receipt_json
from designer.verification.verify import Runner, unverified, verify_source

__all__ = [
    "Check",
    "Limits",
    "Pool",
    "Runner",
    "Verdict",
    "Verification",
    "Width",
    "WidthPolicy",
    "receipt_json",
    "unverified",
    "verify_source",
]
