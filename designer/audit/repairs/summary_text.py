"""Summary of a repair in one sentence."""

from __future__ import annotations

from collections import Counter

from designer.audit.layers_json import audit_layer_document, json_value
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import format_sizes
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change, ChangeList
from designer.audit.trace import AuditNetwork

REPETITION_TEXT = {1: "", 2: ", twice", 3: ", three times", 4: ", four times"}


def summarize_repair(network: AuditNetwork, changes: ChangeList) -> str:
    """The changes as one sentence.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> network = AuditNetwork(input_shape=(8,), layers=(LinearLayer(in_features=9, out_features=2),))
    >>> summarize_repair(network, (Change(index=0, field="in_features", before=9, after=8),))
    'layer 0 (linear): in_features 9 → 8'
    """
    if len(changes) > 2 and len({(c.field, plain_text(c.after)) for c in changes}) == 1 != len(
        {c.index for c in changes}
    ):
        places = ", ".join(str(change.index) for change in changes)
        return f"layers {places}: {changes[0].field} → {plain_text(changes[0].after)} in each"
    parts = []
    for change, count in Counter(changes).items():
        parts.append(_sentence(network, change) + REPETITION_TEXT.get(count, f", {count} times"))
    return "; ".join(parts)


def plain_text(value: object) -> str:
    """A value as it appears in a sentence."""
    return "none" if value is None else str(json_value(value)).replace("'", "")


def _sentence(network: AuditNetwork, change: Change) -> str:
    if change.index == INPUT_INDEX:
        assert isinstance(change.after, tuple)
        return (
            f"use input {format_sizes(change.after)} instead of {format_sizes(network.input_shape)}"
        )
    if change.field != WHOLE_LAYER:
        op = network.layers[change.index].op
        return (
            f"layer {change.index} ({op}): {change.field} {plain_text(change.before)} →"
            f" {plain_text(change.after)}"
        )
    if isinstance(change.after, AuditLayer):
        where = (
            f"before layer {change.index}" if change.index < len(network.layers) else "at the end"
        )
        return f"add {_layer_text(change.after)} {where}"
    assert isinstance(change.before, AuditLayer)
    return f"remove layer {change.index} ({change.before.op})"


def _layer_text(layer: AuditLayer) -> str:
    fields = audit_layer_document(layer)
    words = ", ".join(
        f"{name} {plain_text(value)}"
        for name, value in fields.items()
        if name not in ("op", "norm", "activation", "ndim")
    )
    return f"{layer.op} ({words})" if words else layer.op
