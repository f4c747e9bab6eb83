"""Verification: runs a source in torch, in a separate process, and compares it with predictions.

verify, receipt, receipt_store     from a source to its receipt; the cache of receipts
predictions, overlap_prediction    predicted values
probe_job                          what the probe builds and measures
source_checks, source_grammar/     checks without running: digest, imports, syntax
checks/                            checks of the measurements
pool, fork_server_client, channel  the service's side of the verifying processes
fork_server, worker, limits        the processes themselves
sandbox/                           restrictions on them
probe/                             the code that runs in torch
tracer/                            the code that runs the source of an audit in torch
trainer/                           the code that fits the networks of a trial in torch
"""

from designer.verification.limits import Limits, WidthPolicy
from designer.verification.pool import Pool
from designer.verification.receipt import (
    Check,
    Verdict,
    Verification,
    Width,
    portable_receipt,
    read_receipt,
    receipt_json,
)
from designer.verification.receipt_store import (
    ReceiptStore,
    RecentReceipts,
    installed_torch_version,
)
from designer.verification.verify import ProbeRunner, unverified_receipt, verify_source, verify_text

__all__ = [
    "Check",
    "Limits",
    "Pool",
    "ProbeRunner",
    "ReceiptStore",
    "RecentReceipts",
    "Verdict",
    "Verification",
    "Width",
    "WidthPolicy",
    "installed_torch_version",
    "portable_receipt",
    "read_receipt",
    "receipt_json",
    "unverified_receipt",
    "verify_source",
    "verify_text",
]
