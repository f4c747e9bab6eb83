"""Measurements of level ``full``: other dtypes, another device, saved weights, exported graphs.

All at full width, in evaluation, with one set of weights; outputs are compared with those of eager
torch in float32.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from designer.validation.json_readers import JsonValue
from designer.verification.probe.initialization import initialise
from designer.verification.probe.layer_laws import largest_difference
from designer.verification.probe.loading import (
    ForwardArguments,
    build_network,
    forward_arguments,
    random_input,
    run_or_error,
)

_SPECTRAL_NORM_STEPS = 10
_EXPORTERS = ("onnx", "onnxscript", "onnxruntime")
_EXPORT_MODULES = ("torch.export", "torch.onnx", "torch._export", *_EXPORTERS)


def import_exporters() -> None:
    """Import the installed export packages; a process in the sandbox cannot."""
    for name in _EXPORT_MODULES:
        with suppress(ImportError):
            import_module(name)


def measure_full(module: ModuleType, network: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The measurements that level ``full`` adds for one network."""
    model = build_network(module, network, "run")
    initialise(module, model)
    given = forward_arguments(network, random_input(network, "run", 3))
    _converge_spectral_norm(model, given)
    model.eval()
    with torch.no_grad():
        expected = model(*given)
    measures: dict[str, Callable[[], JsonValue]] = {
        "float64": partial(_measure_dtype, model, given, expected, torch.float64),
        "bfloat16": partial(_measure_dtype, model, given, expected, torch.bfloat16),
        "meta": partial(_measure_meta_device, model, given),
        "state_dict": partial(_state_dict_round_trips, module, network, model, given, expected),
        "export": partial(_measure_export, model, given, expected),
        "onnx": partial(_measure_onnx, model, given, expected),
    }
    return {name: run_or_error(measure) for name, measure in measures.items()}


def _converge_spectral_norm(model: nn.Module, given: ForwardArguments) -> None:
    """Run the power iteration of each spectral norm on the newly drawn weights.

    Each call in training is one step; without them, the estimated norm may be nearly zero.
    """
    if any(is_parametrized(module) for module in model.modules()):
        model.train()
        with torch.no_grad():
            for _ in range(_SPECTRAL_NORM_STEPS):
                model(*given)


def _measure_dtype(
    model: nn.Module, given: ForwardArguments, expected: torch.Tensor, dtype: torch.dtype
) -> JsonValue:
    """Dtype of the output, and its largest difference from float32."""
    other = copy.deepcopy(model).to(dtype)
    with torch.no_grad():
        output = other(*(v.to(dtype) if v.is_floating_point() else v for v in given))
    return {
        "dtype": str(output.dtype),
        "difference": largest_difference(output.double(), expected.double()),
    }


def _measure_meta_device(model: nn.Module, given: ForwardArguments) -> JsonValue:
    """Device and shape of the output after moving network and input to the meta device."""
    output = copy.deepcopy(model).to("meta")(*(value.to("meta") for value in given))
    return {"device": str(output.device), "shape": list(output.shape)}


def _state_dict_round_trips(
    module: ModuleType,
    network: dict[str, JsonValue],
    model: nn.Module,
    given: ForwardArguments,
    expected: torch.Tensor,
) -> JsonValue:
    """Whether a new network with the saved and reloaded weights gives bitwise equal outputs."""
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    fresh = build_network(module, network, "run")
    fresh.load_state_dict(torch.load(file, weights_only=True), strict=True)
    with torch.no_grad():
        return bool(torch.equal(fresh.eval()(*given), expected))


def _dynamic_batch(given: ForwardArguments) -> Any:  # noqa: ANN401  torch has no type for it
    return ({0: torch.export.Dim("batch", min=1, max=64)},) * len(given)


def _first_two(given: ForwardArguments) -> ForwardArguments:
    return tuple(value[:2] for value in given)


def _measure_export(model: nn.Module, given: ForwardArguments, expected: torch.Tensor) -> JsonValue:
    """Largest difference of the program exported at batch 2 and run at batch 3."""
    program = torch.export.export(model, _first_two(given), dynamic_shapes=_dynamic_batch(given))
    with torch.no_grad():
        return largest_difference(program.module()(*given), expected)


def _measure_onnx(model: nn.Module, given: ForwardArguments, expected: torch.Tensor) -> JsonValue:
    """Largest difference of onnxruntime on the model exported at batch 2 and run at batch 3."""
    missing = [name for name in _EXPORTERS if find_spec(name) is None]
    if missing:
        return {"not_installed": missing}
    runtime = import_module("onnxruntime")
    program = torch.onnx.export(
        model, _first_two(given), dynamo=True, dynamic_shapes=_dynamic_batch(given), verbose=False
    )
    assert program is not None
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(
        program.model_proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    feeds = {name: value.numpy() for name, value in zip(names, given, strict=True)}
    (output,) = session.run(None, feeds)
    return largest_difference(torch.from_numpy(output), expected)
