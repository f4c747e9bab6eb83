"""Audits of existing networks: trace, diagnosis and repairs.

ops/                      one class per op: its fields, shape rule and legality rule
layers_json               layers from and to JSON
trace, warnings           the output shape of every layer; warnings about layers that run
interpreter/              the layers of a network's source, which is never executed
request, error_message    the audit request; the error message that was seen
diagnosis, json_pointers  the verdict with its reason; the fields at fault
repairs/                  the search for the smallest edits
mirror, adaptation        the mirror of a network; the network for another size
suggested_brief           a brief for a new design if no small edit helps
torch_proof, source_diff  repairs run in torch; repairs as diffs of the source
answer                    the complete answer
"""

from designer.audit.answer import audit
from designer.audit.diagnosis import AuditVerdict
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import LAYER_CLASSES
from designer.audit.request import REQUEST, AuditRequest, read_request
from designer.audit.torch_proof import Proof

__all__ = [
    "LAYER_CLASSES",
    "REQUEST",
    "AuditLayer",
    "AuditRequest",
    "AuditVerdict",
    "Proof",
    "audit",
    "read_request",
]
