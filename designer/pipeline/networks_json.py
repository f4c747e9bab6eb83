"""JSON of networks: shapes, figures, and one row per layer."""

from __future__ import annotations

from designer.brief.brief_json import CHAIN_WINDOW_FIELDS, window_document
from designer.networks import (
    ActivationModule,
    AveragePool,
    ConvolutionModule,
    Crop,
    Embedding,
    Gan,
    GroupNorm,
    InstanceNorm,
    Module,
    Network,
    Norm,
    PixelShuffle,
    PlacedModule,
    Upsample,
    describe_sizes,
    receptive_fields,
)
from designer.validation.json_readers import JsonObject

OPS: dict[type[Module], str] = {
    Upsample: "upsample",
    PixelShuffle: "pixel_shuffle",
    Crop: "crop",
    Embedding: "embedding",
    AveragePool: "average_pool",
}
"""Values of ``op`` for some modules; the others depend on the module's settings."""


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
        if isinstance(placed.module, Norm | ActivationModule):
            rows[-1].append(placed)
        else:
            rows.append([placed])
    return rows


def _layer_document(row: list[PlacedModule], field: tuple[int, ...] | None) -> JsonObject:
    first, *tail = row
    module = first.module
    names = {ActivationModule: "none", Norm: "none"}
    for placed in tail:
        names[ActivationModule if isinstance(placed.module, ActivationModule) else Norm] = _op_name(
            placed.module
        )
    if isinstance(module, ConvolutionModule | Embedding) and module.spectral:
        names[Norm] = "spectral"
    return {
        "name": first.name,
        "op": _op_name(module),
        "in_channels": first.before.channels,
        "out_channels": first.after.channels,
        **_weight_document(module),
        "normalization": names[Norm],
        "activation": names[ActivationModule],
        "input_size": list(first.before.size),
        "output_size": list(first.after.size),
        "arithmetic": list(describe_sizes(first)),
        **_offset_document(first),
        "receptive_field": None if field is None else list(field),
        "parameters": sum(placed.module.parameters for placed in row),
        "multiply_adds": sum(placed.multiply_adds for placed in row),
    }


def _op_name(module: Module) -> str:
    if isinstance(module, ConvolutionModule):
        return "conv_transpose" if module.transposed else "conv"
    if isinstance(module, ActivationModule):
        return str(module.function)
    if isinstance(module, GroupNorm):
        return "layer" if module.single_group else "group"
    if isinstance(module, Norm):
        return "instance" if isinstance(module, InstanceNorm) else "batch"
    return OPS[type(module)]


def _weight_document(module: Module) -> JsonObject:
    """Windows, groups and bias of a convolution; windows of a pool; otherwise nulls."""
    if isinstance(module, ConvolutionModule):
        layer = module.layer
        return {**window_document(layer.windows), "groups": layer.groups, "bias": layer.bias}
    nothing: JsonObject = dict.fromkeys((*CHAIN_WINDOW_FIELDS, "groups", "bias"))
    return nothing | window_document(module.windows) if isinstance(module, AveragePool) else nothing


def _offset_document(placed: PlacedModule) -> JsonObject:
    """The offset c of a convolution's windows, and whether the layer's overlap is even."""
    module = placed.module
    if isinstance(module, ConvolutionModule):
        windows = module.layer.windows
        return {
            "offset": [window.offset for window in windows],
            "exact": all(window.offset == 0 for window in windows),
            "even_overlap": all(window.overlaps_evenly for window in windows),
        }
    even: bool | None = None
    if isinstance(module, Upsample):
        even = module.repeats_evenly(placed.before)
    elif isinstance(module, PixelShuffle):
        even = True
    exact = module.factors is not None if isinstance(module, Upsample) else None
    return {"offset": None, "exact": exact, "even_overlap": even}
