"""What level ``full`` adds: other number types, another device, saved weights, exported graphs.

All at full width, in evaluation, with one set of weights: what comes out must be what eager torch
gives in float32.
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

from designer.verification.probe.initialization import initialise
from designer.verification.probe.layer_laws import largest_difference
from designer.verification.probe.loading import attempt, build, inputs, random_input

Json = Any
Given = tuple[torch.Tensor, ...]
"""What ``forward`` takes."""

_STEPS = 10
_EXPORTERS = ("onnx", "onnxscript", "onnxruntime")
_LATE = ("torch.export", "torch.onnx", "torch._export", *_EXPORTERS)


def import_exporters() -> None:
    """Import what exporting needs, where it is installed: a confined process cannot later."""
    for name in _LATE:
        with suppress(ImportError):
            import_module(name)


def measure_full(module: ModuleType, network: dict[str, Json]) -> dict[str, Json]:
    """The measurements of one network that level ``full`` adds to ``standard``."""
    made = build(module, network, "run")
    initialise(module, made)
    given = inputs(network, random_input(network, "run", 3))
    _settle(made, given)
    made.eval()
    with torch.no_grad():
        expected = made(*given)
    measures: dict[str, Callable[[], Json]] = {
        "float64": partial(_in_another_type, made, given, expected, torch.float64),
        "bfloat16": partial(_in_another_type, made, given, expected, torch.bfloat16),
        "meta": partial(_on_meta, made, given),
        "state_dict": partial(_state_survives, module, network, made, given, expected),
        "export": partial(_exported, made, given, expected),
        "onnx": partial(_in_onnx, made, given, expected),
    }
    return {name: attempt(measure) for name, measure in measures.items()}


def _settle(made: nn.Module, given: Given) -> None:
    """Let a spectral norm find the singular vectors of weights that were drawn anew.

    It takes a step at each call in training; before, what it divides by may be as good as zero.
    """
    if any(is_parametrized(module) for module in made.modules()):
        made.train()
        with torch.no_grad():
            for _ in range(_STEPS):
                made(*given)


def _in_another_type(
    made: nn.Module, given: Given, expected: torch.Tensor, dtype: torch.dtype
) -> Json:
    """Type of the output, and its largest difference from float32."""
    other = copy.deepcopy(made).to(dtype)
    with torch.no_grad():
        output = other(*(v.to(dtype) if v.is_floating_point() else v for v in given))
    return {
        "dtype": str(output.dtype),
        "difference": largest_difference(output.double(), expected.double()),
    }


def _on_meta(made: nn.Module, given: Given) -> Json:
    """Where the output lies, and its shape, after moving network and input to another device."""
    output = copy.deepcopy(made).to("meta")(*(value.to("meta") for value in given))
    return {"device": str(output.device), "shape": list(output.shape)}


def _state_survives(
    module: ModuleType,
    network: dict[str, Json],
    made: nn.Module,
    given: Given,
    expected: torch.Tensor,
) -> Json:
    """Whether weights saved, loaded as weights only and put into a new network give equal bits."""
    file = io.BytesIO()
    torch.save(made.state_dict(), file)
    file.seek(0)
    fresh = build(module, network, "run")
    fresh.load_state_dict(torch.load(file, weights_only=True), strict=True)
    with torch.no_grad():
        return bool(torch.equal(fresh.eval()(*given), expected))


def _dynamic_batch(given: Given) -> Any:  # noqa: ANN401  torch names no type for it
    return ({0: torch.export.Dim("batch", min=1, max=64)},) * len(given)


def _two_of(given: Given) -> Given:
    return tuple(value[:2] for value in given)


def _exported(made: nn.Module, given: Given, expected: torch.Tensor) -> Json:
    """Largest difference of the exported program, exported at batch 2 and run at batch 3."""
    program = torch.export.export(made, _two_of(given), dynamic_shapes=_dynamic_batch(given))
    with torch.no_grad():
        return largest_difference(program.module()(*given), expected)


def _in_onnx(made: nn.Module, given: Given, expected: torch.Tensor) -> Json:
    """Largest difference of onnxruntime, exported at batch 2 and run at batch 3."""
    missing = [name for name in _EXPORTERS if find_spec(name) is None]
    if missing:
        return {"not_installed": missing}
    runtime = import_module("onnxruntime")
    program = torch.onnx.export(
        made, _two_of(given), dynamo=True, dynamic_shapes=_dynamic_batch(given), verbose=False
    )
    assert program is not None
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(
        program.model_proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    fed = {name: value.numpy() for name, value in zip(names, given, strict=True)}
    (output,) = session.run(None, fed)
    return largest_difference(torch.from_numpy(output), expected)
