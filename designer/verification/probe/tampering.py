"""Detects changes to torch, its settings, the builtins and the probe itself."""

from __future__ import annotations

import builtins
import sys
from functools import wraps
from types import FunctionType
from typing import Any

import torch
from torch import nn
from torch.utils import flop_counter


def _watched_namespaces() -> list[Any]:
    own = [module for name, module in sys.modules.items() if name.startswith(__package__)]
    layers = [
        value
        for module in (nn, torch.optim)
        for value in vars(module).values()
        if isinstance(value, type)
    ]
    tools = [nn, nn.functional, nn.init, torch.autograd, torch.autograd.graph, flop_counter]
    return [builtins, torch, torch.Tensor, *tools, *layers, *own]


Snapshot = list[tuple[Any, dict[str, tuple[Any, Any]]]]
"""For each watched namespace its names, each with its value and, of a function, what it consists of."""


def take_snapshot() -> Snapshot:
    """The current value of every name in the watched namespaces."""
    _wrap_steps_of_optimizers()
    _wrap_manual_seed()
    return [
        (namespace, {name: (value, _parts(value)) for name, value in vars(namespace).items()})
        for namespace in _watched_namespaces()
    ]


def _wrap_steps_of_optimizers() -> None:
    """Let torch wrap ``step`` of its optimizers for its profiler, as it does for the first of a class."""
    for kind in vars(torch.optim).values():
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer):
            object.__new__(kind)._patch_step_function()


def _wrap_manual_seed() -> None:
    """Wrap ``torch.manual_seed``, as torch's compiler does, which a source may be the first to import."""
    original = torch.manual_seed

    @wraps(original)
    def manual_seed(seed: int) -> torch.Generator:
        return original(seed)

    if original is torch.random.manual_seed:
        torch.manual_seed = manual_seed


def _parts(value: object) -> tuple[Any, ...] | None:
    """Code and defaults of a function; None of any other value."""
    if type(value) is not FunctionType:
        return None
    keywords = value.__kwdefaults__
    return value.__code__, value.__defaults__, dict(keywords) if keywords else None


def changed_names(before: Snapshot) -> list[str]:
    """The names whose value differs from the snapshot; new names do not count."""
    missing = object()
    return sorted(
        f"{namespace.__name__}.{name}"
        for namespace, names in before
        for name, (value, parts) in names.items()
        if (vars(namespace).get(name, missing) is not value or parts != _parts(value))
        and name not in _VOLATILE_NAMES
    )


_VOLATILE_NAMES = {"_", "__warningregistry__", "__abstractmethods__", "_abc_impl"}


def torch_settings() -> dict[str, Any]:
    """Torch's global settings that a source could change for later ones."""
    return {
        "torch.get_default_dtype": torch.get_default_dtype(),
        "torch.get_default_device": torch.get_default_device(),
        "torch.get_num_threads": torch.get_num_threads(),
        "torch.is_grad_enabled": torch.is_grad_enabled(),
        "torch.are_deterministic_algorithms_enabled": (
            torch.are_deterministic_algorithms_enabled()
        ),
        "torch.get_float32_matmul_precision": torch.get_float32_matmul_precision(),
        "torch.backends.cudnn.benchmark": torch.backends.cudnn.benchmark,
        "torch.backends.cudnn.deterministic": torch.backends.cudnn.deterministic,
        "torch.backends.mkldnn.enabled": torch._C._get_mkldnn_enabled(),
        "torch.is_anomaly_enabled": torch.is_anomaly_enabled(),
        "torch.set_flush_denormal": not torch.tensor(1e-310, dtype=torch.float64).mul(1.0).item(),
    }


def changed_settings(before: dict[str, Any]) -> list[str]:
    """The settings whose value has changed."""
    return sorted(name for name, value in torch_settings().items() if before[name] != value)
