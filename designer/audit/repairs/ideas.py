"""The ideas behind changes of layers: what people do, by the code of a sentence.

One idea at several layers is one idea, and the same change of several layers is one. Changes that are no
known idea count one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import DECLARING_FIELDS
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change, ChangeList
from designer.audit.trace import AuditNetwork, Trace

IDEA_ORDER: Mapping[str, int] = {
    "flattened": -1,
    "declared_input": 0,
    "output_padding": 0,
    "same_padding": 0,
    "kept_size": 0,
    "output_channels": 0,
    "given_output": 1,
    "copied_stage": 1,
    "reshaped": 1,
    "removed_stage": 2,
    "exact_window": 2,
    "kernel_of_map": 2,
    "layer_edit": 3,
    "fitted_map": 4,
    "pooled_scores": 4,
    "added_layer": 4,
    "removed_layer": 5,
    "other_input": 5,
}
"""The ideas for lists of layers; those that people have first have the smallest number."""

_ADDED = {
    "reshape": "reshaped",
    "flatten": "flattened",
    "crop": "fitted_map",
    "pad": "fitted_map",
    "global_pool": "pooled_scores",
}

Detail = tuple[str, object]
"""An idea, and what it does where it is no known one."""


def name_ideas(
    network: AuditNetwork, changes: ChangeList, trace: Trace, places: Mapping[int, int]
) -> tuple[Detail, ...]:
    """The ideas of changes, each once, with what they do where they are no known idea.

    ``trace`` is that of the changed network, ``places`` are the new indices of its old layers.
    """
    by_layer: dict[int, list[Change]] = {}
    for change in changes:
        by_layer.setdefault(change.index, []).append(change)
    found: dict[Detail, None] = {}
    for index, alike in by_layer.items():
        whole = [change for change in alike if change.field == WHOLE_LAYER]
        for change in whole:
            found.setdefault(_whole_layer_idea(network, change))
        fields = {change.field: change.after for change in alike if change.field != WHOLE_LAYER}
        if index == INPUT_INDEX:
            found.setdefault(("other_input", None))
        elif fields:
            idea = _field_idea(network, index, fields, trace, places)
            found.setdefault((idea, tuple(fields.items()) if idea == "layer_edit" else None))
    return tuple(found)


def _whole_layer_idea(network: AuditNetwork, change: Change) -> Detail:
    added = change.after
    if not isinstance(added, AuditLayer):
        gone = network.layers[change.index]
        is_stage = "kernel_size" in gone.AXIS_FIELDS or gone.is_resize
        return "removed_stage" if is_stage else "removed_layer", change.index
    if added.op in _ADDED:
        return _ADDED[added.op], added.op
    joins = any(each.skip_source is not None for each in network.layers)
    is_stage = bool(added.norm_kind or added.output_field) and not joins
    return ("copied_stage", None) if is_stage else ("added_layer", added.op)


def _field_idea(
    network: AuditNetwork,
    index: int,
    fields: Mapping[str, object],
    trace: Trace,
    places: Mapping[int, int],
) -> str:
    layer, names = network.layers[index], set(fields)
    if names <= DECLARING_FIELDS | {"groups"} and names & DECLARING_FIELDS:
        return "declared_input"
    if names == {layer.output_field}:
        is_last = not any(each.output_field for each in network.layers[index + 1 :])
        return "output_channels" if is_last else "given_output"
    if isinstance(getattr(layer, "padding", None), str) and "padding" in names:
        return "same_padding"
    if names == {"output_padding"}:
        return "output_padding"
    place = places[index]
    window = _window(trace, place, layer, fields)
    return "layer_edit" if window is None else window


def _window(
    trace: Trace, place: int, layer: AuditLayer, fields: Mapping[str, object]
) -> str | None:
    """The idea of a changed window, None if it is no known one."""
    if "kernel_size" not in layer.AXIS_FIELDS or not layer.output_field:
        return None
    before, after = trace.shapes[place][2:], trace.shapes[place + 1][2:]
    numbers = {name: fields.get(name, getattr(layer, name, 0)) for name in _WINDOW}
    if any(not isinstance(value, int) for value in numbers.values()):
        return None
    kernel, stride, padding, extra, dilation = (int(numbers[name]) for name in _WINDOW)  # type: ignore[call-overload]
    keeps = stride == 1 and before == after and 2 * padding == dilation * (kernel - 1)
    if keeps and set(fields) == {"padding"}:
        return "kept_size"
    if dilation > 1 or extra or not set(fields) <= set(_WINDOW):
        return None
    if (
        max(layer.axis_values("stride", 1)) > 1
        and stride % 2 == 0
        and (kernel, padding) == (2 * stride, stride // 2)
    ):
        return "exact_window"
    if set(before) == {1} and set(fields) == {"kernel_size"} and layer.pads_output and not padding:
        return "kernel_of_map"
    spans = {size + 2 * padding for size in before} == {kernel} and stride == 1
    by_map = set(fields) == {"kernel_size"} or (
        set(fields) == {"kernel_size", "padding"} and not padding
    )
    return "kernel_of_map" if spans and by_map and layer.op == "conv" else None


_WINDOW = ("kernel_size", "stride", "padding", "output_padding", "dilation")
