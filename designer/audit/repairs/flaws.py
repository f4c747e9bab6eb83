"""Holes and unread positions that a repair leaves where the network had none."""

from __future__ import annotations

from designer.audit.graph.figures import count_unread_axes
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import ChangeList, new_places
from designer.audit.trace import AuditNetwork, Trace
from designer.audit.warnings import window_warnings
from designer.errors import InvalidLayer
from designer.reasons import Reason, make_reason


def find_flaws(
    network: AuditNetwork, before: Trace, changes: ChangeList, changed: AuditNetwork, after: Trace
) -> tuple[Reason, ...]:
    """What a repair of a network leaves, as sentences. The traces are those before and after it.

    A layer that did not run before is compared with its old window on the map that comes in now.
    """
    old_places = {place: index for index, place in new_places(network, changes).items()}
    holes = unread = False
    for place, layer in enumerate(changed.layers):
        ends = after.shapes[place], after.shapes[place + 1]
        index = old_places.get(place)
        axes = layer.axes(ends[0])
        old = None if index is None else network.layers[index]
        holes = holes or _unpainted(layer, axes) > _unpainted(old, axes)
        if index is not None and index < len(before.steps):
            was = _unread(old, (before.shapes[index], before.shapes[index + 1]))
        else:
            was = _unread(old, ends)
        unread = unread or _unread(layer, ends) > was
    found = [*(["leaves_holes"] * holes), *(["leaves_unread"] * unread)]
    return tuple(make_reason(code) for code in found)


def _unread(layer: AuditLayer | None, ends: tuple[TensorShape, TensorShape]) -> int:
    if layer is None:
        return 0
    try:
        return count_unread_axes(window_warnings(layer, *ends))
    except (InvalidLayer, LookupError, ValueError):
        return 0  # an old window that no layer of torch has, or for a map of other axes


def _unpainted(layer: AuditLayer | None, axes: int) -> int:
    try:
        return 0 if layer is None else layer.unpainted_axes(axes)
    except ValueError:
        return 0  # an old window for a map of other axes
