"""Field errors of a layer that fails, in the form in which a refusal lists them."""

from __future__ import annotations

from designer.audit.request import AuditRequest
from designer.audit.trace import Trace
from designer.errors import FieldError, InvalidLayer
from designer.validation.errors_json import field_error_document
from designer.validation.json_readers import JsonObject


def layer_field_errors(request: AuditRequest, trace: Trace) -> list[JsonObject]:
    """One error per field that the violated rule involves, none if all layers run.

    For the first layer the input shape is such a field too, unless the layer contradicts itself.

    >>> from designer.audit.request import read_request
    >>> from designer.audit.trace import trace_network
    >>> layer = {"op": "linear", "in_features": 9, "out_features": 1}
    >>> request = read_request({"input_shape": [3], "layers": [layer]})
    >>> for error in layer_field_errors(request, trace_network(request.network)):
    ...     print(error["pointer"], error["code"], error["facts"])
    /layers/0/in_features illegal_layer {'in_features': 9, 'features': 3}
    /input_shape illegal_layer {'in_features': 9, 'features': 3}
    """
    if trace.layer_error is None:
        return []
    facts, (reason,) = dict(trace.layer_error.facts), trace.layer_error.reasons
    return [
        field_error_document(
            FieldError(pointer=pointer, code=InvalidLayer.code, reason=reason, facts=facts)
        )
        for pointer in _pointers(request, trace)
    ]


def layer_pointer(index: int) -> str:
    """JSON pointer to a layer of a request."""
    return f"/layers/{index}"


def _pointers(request: AuditRequest, trace: Trace) -> list[str]:
    assert trace.layer_error is not None, "called only for a layer that fails"
    index, fields = len(trace.steps), trace.layer_error.fields
    layer = layer_pointer(index)
    found = [f"{layer}/{name}" for name in fields] or [layer]
    return found if index or trace.layer_error.self_contradictory else [*found, "/input_shape"]
