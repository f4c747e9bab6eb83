"""Audits: a network that somebody already has, traced, diagnosed and mended.

breaks, spec       shapes of tensors, what a layer is and what it means that it breaks
convolutions …     the ops, each with its shape rule and its legality rule side by side
fields, documents  layers as JSON, and back
trace, warnings    what each layer gives, and what is worth a word
reading/           a network's source into layers, followed and never run
request, complaint what is asked, and the error that was seen
diagnosis          the verdict and the reason
repairs/           the search for the smallest edits
mirror, adapt      the network that goes back; the same one for another size
proof, patch       repairs run by torch; repairs as diffs of the source
answer             the whole answer
"""

from designer.audit.answer import audit
from designer.audit.diagnosis import AuditVerdict
from designer.audit.layers_json import LAYER_CLASSES
from designer.audit.request import AuditRequest, read_request
from designer.audit.torch_proof import Proof

LAYER_OPS = tuple(LAYER_CLASSES)
"""Every op, by name."""

__all__ = ["LAYER_OPS", "AuditRequest", "AuditVerdict", "Proof", "audit", "read_request"]
