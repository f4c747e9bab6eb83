"""JSON of networks: shapes, figures, and one row per layer."""

from __future__ import annotations

from designer.brief.brief_json import CHAIN_WINDOW_FIELDS
from designer.geometry.modules import LAYER_KINDS
from designer.networks import Gan, Network, PlacedModule, receptive_fields
from designer.validation.json_readers import JsonObject

DESIGN_LAYER_OPS = tuple(op for kind in LAYER_KINDS for op in kind.ops)
"""Values of ``op`` in a design's layers."""


def networks_document(gan: Gan) -> JsonObject:
    """The networks by role; null for a role without a network."""
    roles = ("generator", "discriminator", "encoder")
    return {
        role: network_document(gan.networks[role]) if role in gan.networks else None
        for role in roles
    }


def network_document(network: Network) -> JsonObject:
    """A network's shapes, figures and layers."""
    names = [placed.name for placed in network.placed_modules]
    fields = dict(zip(names, receptive_fields(network), strict=True))
    return {
        "class_name": network.class_name,
        "input_shape": list(network.input_map.shape),
        "output_shape": list(network.output_map.shape),
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "activation_bytes": network.activation_bytes,
        "layers": [_layer_document(row, fields[row[0].name]) for row in _layer_rows(network)],
    }


def _layer_rows(network: Network) -> list[list[PlacedModule]]:
    """The modules of a network, each layer with the norm and the activation after it."""
    rows: list[list[PlacedModule]] = []
    for placed in network.placed_modules:
        if placed.module.column is None:
            rows.append([placed])
        else:
            rows[-1].append(placed)
    return rows


def _layer_document(row: list[PlacedModule], field: tuple[int, ...] | None) -> JsonObject:
    first, *tail = row
    module = first.module
    names = {"normalization": "spectral" if module.spectral else "none", "activation": "none"}
    return {
        "name": first.name,
        "op": module.op,
        "in_channels": first.before.channels,
        "out_channels": first.after.channels,
        **dict.fromkeys((*CHAIN_WINDOW_FIELDS, "groups", "bias")),
        **names,
        **{str(placed.module.column): placed.module.op for placed in tail},
        "input_size": list(first.before.size),
        "output_size": list(first.after.size),
        "arithmetic": list(first.size_formulas),
        **dict.fromkeys(("offset", "exact", "even_overlap")),
        **module.answer_fields(first.before),
        "receptive_field": None if field is None else list(field),
        "parameters": sum(placed.module.parameters for placed in row),
        "multiply_adds": sum(placed.multiply_adds for placed in row),
    }
