"""A network from one seed, as its constructor and ``weights_init`` leave it, bit by bit.

The reference are torch's own layers, built from the design's settings in the order of the source.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from types import ModuleType

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import is_parametrized

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import build_network, own_weights
from designer.verification.probe.network_parts import parts_of
from designer.verification.probe.reference import LayerRow
from designer.verification.probe.weights import label_tables


def describe_construction(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> list[str]:
    """One sentence for each difference from the reference; empty if there is none.

    ``weights_init`` is compared in training in float32, and once more, from another seed, in
    evaluation in float64.
    """
    torch.default_generator.manual_seed(seed)
    model = build_network(module, network, "thin")
    random = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)
    layers = {row[0]: _build_layer(row) for row in network["layers"]["thin"]}
    _fill_tables(layers, network["layers"]["thin"])
    faults = list(_differences("the constructor", model, layers, random, training=True))
    before = [id(weight) for weight in parts_of(model).weights.values()]
    for again, training in enumerate((True, False)):
        nn.Module.train(model, training)
        torch.default_generator.manual_seed(seed + again)
        model.apply(module.weights_init)
        random = torch.get_rng_state()
        torch.default_generator.manual_seed(seed + again)
        _draw_weights(layers, network["initial_thin"], by_network=network["by_network"])
        faults += _differences("weights_init", model, layers, random, training=training)
        if before != [id(weight) for weight in parts_of(model).weights.values()]:
            faults.append("weights_init: replaces parameters")
        for part in (model, *layers.values()):
            nn.Module.double(part)
    return faults


def _build_layer(row: LayerRow) -> nn.Module:
    """Torch's layer with the settings of the design; of a helper class, its own tensors."""
    _, kind, settings = row
    made = getattr(nn, kind, None)
    if made is None:
        return _OWN_TENSORS[kind](settings) if kind in _OWN_TENSORS else nn.Identity()
    known = _parameter_names(made)
    arguments = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings.items()
        if name in known
    }
    layer: nn.Module = made(**arguments)
    for normalized in settings.get("spectral_norm", ()):
        spectral_norm(layer, **normalized)
    return layer


def _fill_tables(layers: dict[str, nn.Module], rows: list[LayerRow]) -> None:
    """Fill the tables of conditional norms: gains with one, biases with zero."""
    for name, table in label_tables(rows).items():
        nn.init.constant_(layers[name].get_parameter("weight"), 1.0 if table == "gain" else 0.0)


class _Gain(nn.Module):
    """A gain that starts at zero."""

    def __init__(self, settings: dict[str, JsonValue]) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.zeros(1))


class _Basis(nn.Module):
    """A learned map."""

    def __init__(self, settings: dict[str, JsonValue]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(*settings["shape"]))


class _Interpolation(nn.Module):
    """A fixed kernel: triangles whose taps of one phase add up to one, or all of them."""

    def __init__(self, settings: dict[str, JsonValue], *, larger: bool) -> None:
        super().__init__()
        kernel = torch.ones(())
        for taps, stride in zip(settings["kernel_size"], settings["stride"], strict=True):
            middle = (taps - 1) / 2
            line = [max(0.0, 2 * stride - 2 * abs(tap - middle)) for tap in range(taps)]
            sums = [sum(line[tap % stride :: stride]) for tap in range(taps)]
            weights = torch.tensor(line) / torch.tensor(sums)
            kernel = kernel[..., None] * (weights if larger else weights / stride)
        self.register_buffer("kernel", kernel)


_OWN_TENSORS: dict[str, Callable[[dict[str, JsonValue]], nn.Module]] = {
    "model.Attention": _Gain,
    "model.Basis": _Basis,
    "model.InterpolatingUpsample": partial(_Interpolation, larger=True),
    "model.InterpolatingDownsample": partial(_Interpolation, larger=False),
}
"""What a helper class has besides the layers inside it."""


@cache
def _parameter_names(made: type[nn.Module]) -> frozenset[str]:
    return frozenset(inspect.signature(made).parameters)


def _draw_weights(
    layers: dict[str, nn.Module], plan: dict[str, JsonValue], *, by_network: bool
) -> None:
    """Draw the layers' weights as planned; ``apply`` comes to the network last.

    The network draws a plain embedding, and ``by_network`` its convolutions before that.
    """

    def turn(layer: nn.Module) -> int:
        drawn_last = type(layer) is nn.Embedding
        convolution = hasattr(layer, "in_channels") and not is_parametrized(layer)
        return 2 if drawn_last else int(by_network and convolution)

    with torch.no_grad():
        for name, layer in sorted(layers.items(), key=lambda each: turn(each[1])):
            for key, weight in own_weights(layer).items():
                planned = plan[name][key]
                if not planned["deviation"]:
                    weight.fill_(planned["mean"])
                    continue
                weight.normal_(planned["mean"], planned["deviation"])
                copies = planned["copies"]
                weight.copy_(weight[::copies].repeat_interleave(copies, dim=0))


def _differences(
    by: str,
    model: nn.Module,
    layers: dict[str, nn.Module],
    random: torch.Tensor,
    *,
    training: bool,
) -> Iterator[str]:
    """Tensors, modes and random numbers that differ after a step; ``random``: torch's state after it."""
    parts = parts_of(model)
    found = parts.weights | parts.buffers
    expected = {
        f"{name}.{key}": tensor
        for name, layer in layers.items()
        for tensors in parts_of(layer)[1:]
        for key, tensor in tensors.items()
    }
    for name in sorted(found.keys() | expected.keys()):
        if name not in found or name not in expected:
            yield f"{by}: {name}: {'missing' if name in expected else 'not in the design'}"
        elif not _is_same(found[name], expected[name]):
            yield f"{by}: {name}: differs"
    if not torch.equal(random, torch.get_rng_state()):
        yield f"{by}: draws other random numbers"
    for name, part in parts.modules.items():
        if part.training is not training:
            yield f"{by}: {name or 'the network'}: changes its mode"


def _is_same(found: torch.Tensor, expected: torch.Tensor) -> bool:
    """Whether values, dtype, memory layout and the need of a gradient are equal, without a gradient yet."""
    return (
        found.dtype == expected.dtype
        and found.stride() == expected.stride()
        and found.requires_grad == expected.requires_grad
        and found.grad is None
        and torch.equal(found, expected)
    )
