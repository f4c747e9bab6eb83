"""Summary of a repair: one sentence for each of its changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from designer.audit.layers_json import audit_layer_document, json_value
from designer.audit.ops.layer import AuditLayer
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change, ChangeList
from designer.audit.trace import AuditNetwork
from designer.reasons import Reason, make_reason


def summarize_repair(
    network: AuditNetwork, changes: ChangeList, places: Sequence[int] | None = None
) -> list[Reason]:
    """The changes as sentences, which a semicolon joins.

    ``places`` are the indices by which the sentences name the layers, by default their own.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> network = AuditNetwork(input_shape=(8,), layers=(LinearLayer(in_features=9, out_features=2),))
    >>> change = Change(index=0, field="in_features", before=9, after=8)
    >>> [each.sentence for each in summarize_repair(network, (change,))]
    ['layer 0 (linear): in_features 9 → 8']
    """
    if len(changes) > 2 and len({(c.field, str(c.after)) for c in changes}) == 1 != len(
        {c.index for c in changes}
    ):
        field, after = changes[0].field, json_value(changes[0].after)
        indices = [change.index if places is None else places[change.index] for change in changes]
        return [make_reason("same_change", indices=indices, field=field, after=after)]
    parts = []
    for change, count in Counter(changes).items():
        part = _sentence(network, change, places)
        parts.append(part if count == 1 else make_reason("repeated", change=part, count=count))
    return parts


def _sentence(network: AuditNetwork, change: Change, places: Sequence[int] | None) -> Reason:
    if change.index == INPUT_INDEX:
        return make_reason("other_input", shape=change.after, given=network.input_shape)
    if isinstance(change.after, AuditLayer):
        code = "added_layer" if change.index < len(network.layers) else "added_last_layer"
        last = change.index == len(network.layers)
        index = change.index if places is None or last else places[change.index]
        return make_reason(code, layer=_layer_text(change.after), index=index)
    code = "removed_layer" if change.field == WHOLE_LAYER else "changed_field"
    return make_reason(
        code,
        index=change.index if places is None else places[change.index],
        op=network.layers[change.index].op,
        field=change.field,
        before=json_value(change.before),
        after=json_value(change.after),
    )


def _layer_text(layer: AuditLayer) -> str:
    fields = audit_layer_document(layer)
    words = ", ".join(
        f"{name} {value}".replace("'", "")
        for name, value in fields.items()
        if name not in ("op", "norm", "activation", "ndim")
    )
    return f"{layer.op} ({words})" if words else layer.op
