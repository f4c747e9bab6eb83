"""Audits of existing networks: trace, diagnosis and repairs.

ops/                      one class per op: its fields, shape rule and legality rule
layers_json               layers from and to JSON
trace, warnings           the output shape of every layer; warnings about layers that run
graph/                    the calls of a network, what each reads, and its receptive field
sources/                  audits of source, which is run in the sandbox
request                   the audit request
error_message, seen_error the error message that was seen, and what it means here
wanted_shape              what is taken as wanted where the request does not say it
diagnosis, json_pointers  the verdict with its reason; the fields at fault
repairs/                  the search for the smallest edits
mirror, adaptation        the mirror of a network; the network for another size
suggested_brief           a brief for a new design if no small edit helps
torch_proof               repairs of a list of layers, run in torch
answer                    the complete answer
"""

from designer.audit.answer import audit
from designer.audit.diagnosis import AuditVerdict
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import LAYER_CLASSES
from designer.audit.request import REQUEST, AuditRequest, read_request
from designer.audit.sources.source_text import DTYPES
from designer.audit.torch_proof import Proof
from designer.audit.wanted_shape import WantedFrom

__all__ = [
    "DTYPES",
    "LAYER_CLASSES",
    "REQUEST",
    "AuditLayer",
    "AuditRequest",
    "AuditVerdict",
    "Proof",
    "WantedFrom",
    "audit",
    "read_request",
]
