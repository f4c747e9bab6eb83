"""Runs one network as a user would and measures it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.parametrize import type_before_parametrizations

from designer.validation.json_readers import JsonValue
from designer.verification.passes import Pass
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.comparison import Around, Differences
from designer.verification.probe.initialization import (
    describe_initialisation,
    initialise,
    measure_icnr_copies,
)
from designer.verification.probe.loading import (
    TextFailed,
    ZeroDraws,
    build_network,
    containers_last,
    is_parametrization,
    leaf_modules,
    on_meta_device,
    run_or_error,
)
from designer.verification.probe.multiply_adds import MultiplyAddCounter
from designer.verification.probe.pass_results import compare_passes, reference_of
from designer.verification.probe.signal import measure_signal
from designer.verification.probe.structure import describe_structure
from designer.verification.probe.torch_calls import CALLS
from designer.verification.probe.weights import draw_weights, network_state

Shapes = list[list[JsonValue]]
_MAX_PARAMETER_RATIO = 2
"""A network with more than this multiple of the expected parameters is not run."""


def describe_layers(network: nn.Module) -> Shapes:
    """The layers of a network in order: name, class and settings under torch's names.

    A container that owns tensors is listed like a layer, after the layers inside it. A
    parametrization is part of the settings of its layer.
    """
    modules, layers = dict(network.named_modules()), leaf_modules(network)
    listed = [
        name
        for name, module in modules.items()
        if name in layers or (_tensor_names(module) and not is_parametrization(name))
    ]
    return [
        [name, _class_name(modules[name]), _settings(modules[name])]
        for name in containers_last(listed)
    ]


def _tensor_names(module: nn.Module) -> list[str]:
    """Names of the tensors that a module owns, without its submodules."""
    own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return [name for name, _ in own]


def _class_name(layer: nn.Module) -> str:
    kind = type_before_parametrizations(layer)
    home = getattr(nn, kind.__name__, None)
    return kind.__name__ if home is kind else f"{kind.__module__}.{kind.__qualname__}"


def _settings(layer: nn.Module) -> dict[str, JsonValue]:
    names = [name for name in getattr(layer, "__constants__", []) if name != "inplace"]
    own, shapes = _OWN_SETTINGS.get(_class_name(layer), ((), {}))
    found = {name: _json_value(getattr(layer, name)) for name in (*names, *own)}
    found |= {name: list(getattr(layer, tensor).shape) for name, tensor in shapes.items()}
    if "in_channels" in found or "in_features" in found:
        found["bias"] = getattr(layer, "bias", None) is not None
    for weight, steps in getattr(layer, "parametrizations", {}).items():
        found["spectral_norm" if weight == "weight" else weight] = [
            _describe_parametrization(step) for step in steps
        ]
    return found


_OWN_SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "model.Basis": ((), {"shape": "weight"}),
    "model.InterpolatingUpsample": (
        ("stride", "padding", "output_padding"),
        {"kernel_size": "kernel"},
    ),
    "model.InterpolatingDownsample": (("stride", "padding"), {"kernel_size": "kernel"}),
}
"""Settings of the source's own classes of layers: attributes, and shapes of tensors."""


def _describe_parametrization(step: nn.Module) -> JsonValue:
    """The settings of torch's spectral norm; the ``repr`` of any other parametrization."""
    if type(step) is not _SpectralNorm:
        return repr(step)
    return {"n_power_iterations": step.n_power_iterations, "eps": step.eps}


def _json_value(value: JsonValue) -> JsonValue:
    if isinstance(value, tuple | list):
        return [_json_value(each) for each in value]
    return value if isinstance(value, bool | int | float | str | None) else repr(value)


def count_parameters(network: nn.Module) -> int:
    """Number of trainable values."""
    return sum(parameter.numel() for parameter in network.parameters())


def describe_full_width(module: ModuleType, network: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Layers and parameters at full width, on the meta device: without memory or arithmetic."""
    with on_meta_device():
        model = build_network(module, network, "full")
    return {"layers": describe_layers(model), "parameters": count_parameters(model)}


def count_at_other_widths(module: ModuleType, network: dict[str, JsonValue]) -> dict[str, int]:
    """Parameters at other widths than the design's, counted on the meta device."""
    found = {}
    for name, arguments in network["other_widths"].items():
        with on_meta_device():
            found[name] = count_parameters(getattr(module, network["class_name"])(**arguments))
    return found


def run_network(module: ModuleType, network: dict[str, JsonValue], seed: int) -> JsonValue:
    """All measurements of one network at the width of the run."""
    with on_meta_device():
        _refuse_too_many_parameters(
            count_parameters(build_network(module, network, "run")), network["parameters"]
        )
    with ZeroDraws():  # type: ignore[no-untyped-call]
        model = build_network(module, network, "run")
    initialise(module, model)
    found: dict[str, JsonValue] = {
        "apart": measure_icnr_copies(network, model),
        "initialisation": describe_initialisation(module, network, model),
        "layers": describe_layers(model),
        "parameters": count_parameters(model),
    }
    with _onednn(enabled=network["onednn"]), blocked_convolutions(network, "run"):
        found["signal"] = run_or_error(partial(measure_signal, module, network, model))
    reference = reference_of(network, "run", CALLS)
    draw_weights(network_state(model), reference.rows, seed)
    torch.default_generator.manual_seed(seed)
    measure = _RunMeasurements(model)
    with _onednn(enabled=network["onednn"]), blocked_convolutions(network, "run"):
        results, first = compare_passes(model, network, "run", reference, measure.around)
    return {
        **found,
        **measure.found,
        "gradients": _describe_gradients(first),
        "structure": describe_structure(model, network["class_name"], network["helpers"]),
        "comparison": results.as_json(model),
    }


@contextmanager
def _onednn(*, enabled: bool) -> Iterator[None]:
    """Whether torch may use oneDNN, which keeps large weights in a second memory layout."""
    before, *_ = torch.backends.mkldnn.set_flags(enabled)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        torch.backends.mkldnn.set_flags(before)  # type: ignore[no-untyped-call]


class _RunMeasurements:
    """What is measured while the network runs: shapes, saved bytes, multiply-adds."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.found: dict[str, JsonValue] = {"shapes": {}}

    def around(self, run: Pass) -> Around:
        """Around a call of this pass.

        With gradients in training, the shapes and the saved bytes are measured; without gradients
        in evaluation, the shapes and the multiply-adds of one sample.
        """
        shapes = partial(_record_shapes, self.found["shapes"], str(run), self.model)

        @contextmanager
        def measured() -> Iterator[None]:
            if run.training and torch.is_grad_enabled():
                with shapes(), _record_saved_bytes() as saved_for_backward:
                    yield
                    self.found["activation_bytes"] = saved_for_backward(self.model)
            elif not run.training and not torch.is_grad_enabled():
                with shapes(), MultiplyAddCounter() as counter:
                    yield
                self.found["multiply_adds"] = counter.multiply_adds // run.batch
            else:
                yield

        return measured


def _refuse_too_many_parameters(parameters: int, expected: int) -> None:
    if parameters > _MAX_PARAMETER_RATIO * expected:
        raise TextFailed(f"not run: {parameters} parameters, expected {expected}")


@contextmanager
def _record_shapes(shapes: dict[str, Shapes], key: str, network: nn.Module) -> Iterator[None]:
    """Record the output shape of each layer, in the order of execution."""
    run: Shapes = []
    shapes[key] = run

    def record(name: str, _layer: nn.Module, _given: JsonValue, output: torch.Tensor) -> None:
        run.append([name, list(output.shape)])

    handles = [
        layer.register_forward_hook(partial(record, name))
        for name, layer in leaf_modules(network).items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _record_saved_bytes() -> Iterator[Any]:
    """Count the bytes that torch saves for the backward pass, each storage once.

    Only the part that the tensor fills counts: for one sample, a ConvTranspose3d whose output is
    smaller than its input does not fill its storage.
    """
    saved_for_backward: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        filled = min(storage.nbytes(), tensor.numel() * tensor.element_size())
        saved_for_backward[storage.data_ptr()] = max(
            filled, saved_for_backward.get(storage.data_ptr(), 0)
        )
        return tensor

    def total(network: nn.Module) -> int:
        owned = {weight.untyped_storage().data_ptr() for weight in network.parameters()}
        return sum(size for place, size in saved_for_backward.items() if place not in owned)

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        yield total


def _describe_gradients(compared: Differences) -> dict[str, JsonValue]:
    """Number of gradients, and the names of those missing, not finite or wrongly zero everywhere."""
    found, expected = compared.samples, compared.expected
    return {
        "reached": len(found),
        "missing": sorted(expected.keys() - found.keys()),
        "not_finite": sorted(name for name, each in found.items() if not each.is_finite),
        "zero": sorted(
            name
            for name, each in found.items()
            if each.is_zero and name in expected and not expected[name].is_zero
        ),
    }
