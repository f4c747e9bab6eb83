"""Detects changes to torch, its settings, the builtins and the probe itself."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import torch
from torch import nn
from torch.utils import flop_counter


def _watched_namespaces() -> list[Any]:
    own = [module for name, module in sys.modules.items() if name.startswith(__package__)]
    layers = [value for value in vars(nn).values() if isinstance(value, type)]
    tools = [nn, nn.functional, nn.init, torch.autograd, torch.autograd.graph, flop_counter]
    return [builtins, torch, torch.Tensor, *tools, *layers, *own]


def take_snapshot() -> list[tuple[Any, dict[str, Any]]]:
    """The current value of every name in the watched namespaces."""
    return [(namespace, dict(vars(namespace))) for namespace in _watched_namespaces()]


def changed_names(before: list[tuple[Any, dict[str, Any]]]) -> list[str]:
    """The names whose value differs from the snapshot; new names do not count."""
    missing = object()
    return sorted(
        f"{namespace.__name__}.{name}"
        for namespace, names in before
        for name, value in names.items()
        if vars(namespace).get(name, missing) is not value and name not in _VOLATILE_NAMES
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
        "torch.is_anomaly_enabled": torch.is_anomaly_enabled(),
        "torch.set_flush_denormal": not torch.tensor(1e-310, dtype=torch.float64).mul(1.0).item(),
    }


def changed_settings(before: dict[str, Any]) -> list[str]:
    """The settings whose value has changed."""
    return sorted(name for name, value in torch_settings().items() if before[name] != value)
