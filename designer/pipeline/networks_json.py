"""JSON of networks: shapes, figures, and one row per layer."""

from __future__ import annotations

from dataclasses import asdict

from designer.brief.brief_json import CHAIN_WINDOW_FIELDS
from designer.geometry.modules import LAYER_KINDS
from designer.networks import Gan, Network, PlacedModule, receptive_fields
from designer.networks.decoder_sizes import first_legal_side, is_decoder, least_context
from designer.networks.memory import inference_memory, training_memory
from designer.networks.signal import Signal, network_signals
from designer.networks.start_warnings import round_signal
from designer.validation.json_readers import JsonObject

DESIGN_LAYER_OPS = tuple(op for kind in LAYER_KINDS for op in kind.ops)
"""Values of ``op`` in a design's layers."""


def networks_document(gan: Gan) -> JsonObject:
    """The networks by role; null for a role without a network."""
    roles = ("generator", "discriminator", "encoder")
    found: dict[str, object] = {
        role: network_document(gan.networks[role]) if role in gan.networks else None
        for role in roles
    }
    if is_decoder(gan):
        found["generator"] = network_document(gan.generator) | _decoder_facts(gan)
    return found


def _decoder_facts(gan: Gan) -> JsonObject:
    """What a decoder needs of a map of any size."""
    context = least_context(gan)
    return {
        "least_context": None if context is None else [list(sides) for sides in context],
        "first_legal_size": [first_legal_side(gan)] * gan.chain.axes,
    }


def network_document(network: Network) -> JsonObject:
    """A network's shapes, figures and layers."""
    names = [placed.name for placed in network.placed_modules]
    fields = dict(zip(names, receptive_fields(network), strict=True))
    signals = network_signals(network)
    return {
        "class_name": network.class_name,
        "input_shape": list(network.input_map.shape),
        "output_shape": list(network.output_map.shape),
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "activation_bytes": network.activation_bytes,
        "memory": {
            "inference": asdict(inference_memory(network)),
            "training": asdict(training_memory(network)),
        },
        "receptive_field": _last_field(network, fields),
        "least_context": None,
        "first_legal_size": None,
        "layers": [
            _layer_document(row, fields[row[0].name]) | {"signal": _signal_document(row, signals)}
            for row in _layer_rows(network)
        ],
        "modules": [_module_document(placed) for placed in network.placed_modules],
    }


def _module_document(placed: PlacedModule) -> JsonObject:
    """One module of torch, or of the source where torch has none."""
    return {
        "name": placed.name,
        "class_name": placed.module.torch_class.removeprefix("model."),
        "output_shape": list(placed.after.shape),
        "parameters": placed.module.parameters,
        "multiply_adds": placed.multiply_adds,
    }


def _last_field(network: Network, fields: dict[str, tuple[int, ...] | None]) -> list[int]:
    """The receptive field of one position of the output."""
    last = next(fields[each.name] for each in reversed(network.placed_modules) if fields[each.name])
    assert last is not None, "a network has maps"
    return list(last)


def _layer_rows(network: Network) -> list[list[PlacedModule]]:
    """The modules of a network, each layer with the norm and the activation after it."""
    rows: list[list[PlacedModule]] = []
    for placed in network.placed_modules:
        if placed.module.column is None:
            rows.append([placed])
        else:
            rows[-1].append(placed)
    return rows


def _signal_document(row: list[PlacedModule], signals: dict[str, Signal]) -> JsonObject | None:
    """Second moments after a layer and of its input's gradient; null where it has no formula."""
    if row[0].name not in signals:
        return None
    gradient, moment = signals[row[0].name].gradient, signals[row[-1].name].after
    return {
        "second_moment": None if moment is None else round_signal(moment),
        "gradient": None if gradient is None else round_signal(gradient),
    }


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
