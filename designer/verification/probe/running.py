"""One network run as its user would run it, and everything about it written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import isfinite
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.parametrize import type_before_parametrizations
from torch.utils.flop_counter import FlopCounterMode

from designer.verification.probe.initialization import (
    describe_initialisation,
    initialise,
    pixels_apart,
)
from designer.verification.probe.loading import TextFailed, build, inputs, leaves, random_input

Json = Any
Shapes = list[list[Json]]
_GIANT = 2
"""How many times the expected parameters a network may have and still be run."""


def describe_layers(network: nn.Module) -> Shapes:
    """The layers of a network in order: name, class and settings under torch's names.

    What holds layers holds no tensors; one that does is told of like a layer. A parametrization is
    told of in its layer's settings.
    """
    layers = leaves(network)
    return [
        [name, _kind(module), _settings(module)]
        for name, module in network.named_modules()
        if name in layers or (_tensors(module) and not _parametrizes(name))
    ]


def _parametrizes(name: str) -> bool:
    """Whether a module makes another one's weight: that one's settings tell of it."""
    return "parametrizations" in name.split(".")


def _tensors(module: nn.Module) -> list[str]:
    """The names of the tensors that a module holds itself."""
    own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return [name for name, _ in own]


def _kind(layer: nn.Module) -> str:
    kind = type_before_parametrizations(layer)
    home = getattr(nn, kind.__name__, None)
    return kind.__name__ if home is kind else f"{kind.__module__}.{kind.__qualname__}"


def _settings(layer: nn.Module) -> dict[str, Json]:
    names = [name for name in getattr(layer, "__constants__", []) if name != "inplace"]
    found = {name: _plain(getattr(layer, name)) for name in names}
    if "in_channels" in found or "in_features" in found:
        found["bias"] = getattr(layer, "bias", None) is not None
    for weight, steps in getattr(layer, "parametrizations", {}).items():
        found["spectral_norm" if weight == "weight" else weight] = [_step(step) for step in steps]
    return found


def _step(step: nn.Module) -> Json:
    """A parametrization: of torch's spectral norm its settings."""
    if type(step) is not _SpectralNorm:
        return repr(step)
    return {"n_power_iterations": step.n_power_iterations, "eps": step.eps}


def _plain(value: Json) -> Json:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str | None) else repr(value)


def count_parameters(network: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in network.parameters())


def describe_full_width(module: ModuleType, network: dict[str, Json]) -> dict[str, Json]:
    """Layers and parameters at full width, built on the meta device: no memory, no arithmetic."""
    with torch.device("meta"):
        made = build(module, network, "full")
    return {"layers": describe_layers(made), "parameters": count_parameters(made)}


def count_at_other_widths(module: ModuleType, network: dict[str, Json]) -> dict[str, int]:
    """Parameters at other widths than the design's own, built on the meta device."""
    found = {}
    for name, arguments in network["other_widths"].items():
        with torch.device("meta"):
            found[name] = count_parameters(getattr(module, network["class_name"])(**arguments))
    return found


def run_network(module: ModuleType, network: dict[str, Json]) -> dict[str, Json]:
    """Everything measured of one network at the width it is run with."""
    with torch.device("meta"):
        _refuse_giant(count_parameters(build(module, network, "run")), network["parameters"])
    made = build(module, network, "run")
    initialise(module, made)
    found: dict[str, Json] = {
        "apart": pixels_apart(network, made),
        "initialisation": describe_initialisation(module, network, made),
        "layers": describe_layers(made),
        "parameters": count_parameters(made),
        "shapes": {},
    }
    outputs = []
    for batch in (1, 2):
        made.train()
        value = random_input(network, "run", batch).requires_grad_()
        made.zero_grad()
        with _shapes_into(found["shapes"], f"train, batch {batch}", made), _kept_bytes() as kept:
            output = made(*inputs(network, value))
            found.setdefault("activation_bytes", kept(made))
        output.backward(torch.randn_like(output))
        outputs.append(output.detach())
    found["gradients"] = _describe_gradients(made, value)
    found["gradients"]["zero"] = _zero_in_every_draw(module, network, found["gradients"]["zero"])
    made.eval()
    for batch in (1, 2):
        value = random_input(network, "run", batch)
        counter = FlopCounterMode(display=False)
        with torch.no_grad(), _shapes_into(found["shapes"], f"eval, batch {batch}", made), counter:
            outputs.append(made(*inputs(network, value)))
        found["multiply_adds"] = counter.get_total_flops() // (2 * batch)
    found["range"] = _describe_range(outputs)
    return found


def _refuse_giant(parameters: int, expected: int) -> None:
    if parameters > _GIANT * expected:
        raise TextFailed(f"{parameters} parameters where {expected} are expected: not run")


@contextmanager
def _shapes_into(shapes: dict[str, Shapes], key: str, network: nn.Module) -> Iterator[None]:
    """Write down the shape that each layer puts out, in the order in which they run."""
    run: Shapes = []
    shapes[key] = run

    def note(name: str, _layer: nn.Module, _given: Json, output: torch.Tensor) -> None:
        run.append([name, list(output.shape)])

    handles = [
        layer.register_forward_hook(partial(note, name)) for name, layer in leaves(network).items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _kept_bytes() -> Iterator[Any]:
    """Count the bytes that torch keeps for the backward pass, each storage once.

    Of a storage, those that the tensor fills: of one sample a ConvTranspose3d that has fewer numbers
    to give than it gets leaves the rest of a buffer behind them.
    """
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        filled = min(storage.nbytes(), tensor.numel() * tensor.element_size())
        kept[storage.data_ptr()] = max(filled, kept.get(storage.data_ptr(), 0))
        return tensor

    def total(network: nn.Module) -> int:
        owned = {weight.untyped_storage().data_ptr() for weight in network.parameters()}
        return sum(size for place, size in kept.items() if place not in owned)

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        yield total


def _describe_gradients(network: nn.Module, value: torch.Tensor) -> dict[str, Json]:
    """How many gradients there should be, and which are missing, not finite or zero throughout."""
    gradients = {name: weight.grad for name, weight in network.named_parameters()}
    gradients["input"] = value.grad
    largest = {
        name: float(torch.linalg.vector_norm(grad, float("inf")))
        for name, grad in gradients.items()
        if grad is not None
    }
    return {
        "reached": len(largest),
        "missing": sorted(gradients.keys() - largest.keys()),
        "not_finite": sorted(name for name, size in largest.items() if not isfinite(size)),
        "zero": sorted(name for name, size in largest.items() if size == 0.0),
    }


def _zero_in_every_draw(module: ModuleType, network: dict[str, Json], zero: list[str]) -> list[str]:
    """Of the gradients that were zero, those that stay so with other weights and inputs.

    The few ReLUs of a thin network may all be silent for one draw of its weights.
    """
    for _ in range(network["draws"] - 1):
        if not zero:
            break
        made = build(module, network, "run")
        initialise(module, made)
        value = random_input(network, "run", 2).requires_grad_()
        output = made(*inputs(network, value))
        output.backward(torch.randn_like(output))
        zero = sorted({*zero} & {*_describe_gradients(made, value)["zero"]})
    return zero


def _describe_range(outputs: list[torch.Tensor]) -> dict[str, Json]:
    flat = torch.cat([output.flatten() for output in outputs])
    finite = bool(flat.isfinite().all())
    return {
        "finite": finite,
        "least": float(flat.min()) if finite else None,
        "largest": float(flat.max()) if finite else None,
    }
