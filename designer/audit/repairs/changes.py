"""Changes of a network, and the network after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from designer.audit.layers_json import (
    attribute_name,
    audit_layer_document,
    field_value,
    json_value,
)
from designer.audit.ops.layer import AuditLayer, FieldValues
from designer.audit.trace import AuditNetwork
from designer.validation.json_readers import JsonObject

WHOLE_LAYER = "layer"
"""Field name of a change that adds or removes a layer."""

INPUT_INDEX = -1
"""Index of the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit. ``index`` counts the layers of the request, -1 is the input.

    ``field`` is a JSON name, or ``layer`` for a whole layer: an added layer goes before the layer
    of that index and has ``before`` None, a removed layer has ``after`` None.
    """

    index: int
    field: str
    before: object
    after: object

    @property
    def document(self) -> JsonObject:
        """The change as JSON."""
        return {
            "index": self.index,
            "field": self.field,
            "from": _value(self.before),
            "to": _value(self.after),
        }


ChangeList = tuple[Change, ...]


def set_field(network: AuditNetwork, index: int, name: str, value: object) -> Change:
    """The change of one field of one layer."""
    before = field_value(network.layers[index], name)
    return Change(index=index, field=name, before=before, after=value)


def set_fields(network: AuditNetwork, index: int, values: FieldValues) -> ChangeList:
    """The changes of several fields of one layer."""
    return tuple(set_field(network, index, name, value) for name, value in values.items())


def add_layer(index: int, layer: AuditLayer) -> Change:
    """The change that inserts a layer before the layer of that index."""
    return Change(index=index, field=WHOLE_LAYER, before=None, after=layer)


def remove_layer(network: AuditNetwork, index: int) -> Change:
    """The change that removes a layer."""
    return Change(index=index, field=WHOLE_LAYER, before=network.layers[index], after=None)


def apply_changes(network: AuditNetwork, changes: Sequence[Change]) -> AuditNetwork:
    """The network after all changes; skips keep their source layers.

    A skip from a removed layer then comes from the layer before it.
    """
    layers: list[AuditLayer | None] = list(network.layers)
    added: dict[int, list[AuditLayer]] = {}
    input_shape = network.input_shape
    for change in changes:
        if change.index == INPUT_INDEX:
            assert isinstance(change.after, tuple)
            input_shape = change.after
        elif change.field != WHOLE_LAYER:
            layer = layers[change.index]
            assert layer is not None, "a removed layer has no other change"
            layers[change.index] = edit_layer(layer, {change.field: change.after})
        elif isinstance(change.after, AuditLayer):
            added.setdefault(change.index, []).append(change.after)
        else:
            layers[change.index] = None
    return replace(network, input_shape=input_shape, layers=_joined(layers, added))


def new_places(network: AuditNetwork, changes: Sequence[Change]) -> dict[int, int]:
    """The index, in the network after changes, of each layer that is kept."""
    removed = {each.index for each in changes if each.field == WHOLE_LAYER and each.after is None}
    added = [each.index for each in changes if isinstance(each.after, AuditLayer)]
    places: dict[int, int] = {}
    for index in range(len(network.layers)):
        if index not in removed:
            before = sum(place <= index for place in added) - sum(gone < index for gone in removed)
            places[index] = index + before
    return places


def changed_places(network: AuditNetwork, changes: Sequence[Change]) -> list[int]:
    """The indices, in the network after changes, of the layers that are changed or added."""
    places = new_places(network, changes)
    edited = apply_changes(network, changes)
    changed = {
        place
        for index, place in places.items()
        if any(each.index == index for each in _fields(changes))
    }
    return sorted(changed | (set(range(len(edited.layers))) - set(places.values())))


def _fields(changes: Sequence[Change]) -> list[Change]:
    return [each for each in changes if each.field != WHOLE_LAYER]


def edit_layer(layer: AuditLayer, values: FieldValues) -> AuditLayer:
    """The layer with other field values, given by JSON name."""
    named: dict[str, Any] = {attribute_name(name): value for name, value in values.items()}
    return replace(layer, **named)


def _joined(
    layers: Sequence[AuditLayer | None], added: dict[int, list[AuditLayer]]
) -> tuple[AuditLayer, ...]:
    joined: list[AuditLayer] = []
    places = {INPUT_INDEX: INPUT_INDEX}
    for index in range(len(layers) + 1):
        joined += added.get(index, [])
        layer = layers[index] if index < len(layers) else None
        if layer is not None:
            joined.append(layer.renumbered(places))
        places[index] = len(joined) - 1
    return tuple(joined)


def _value(value: object) -> object:
    return audit_layer_document(value) if isinstance(value, AuditLayer) else json_value(value)
