"""What a network is made of besides its layers' settings: classes, hooks, replaced methods.

Torch's own classes, the class of the source and its helper classes are expected; anything else
could change what a call does without changing a setting.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.parametrize import ParametrizationList, type_before_parametrizations

_PLAIN_MEMBERS = {
    "__module__",
    "__doc__",
    "__init__",
    "forward",
    "__annotations__",
    "__static_attributes__",
    "__firstlineno__",
}
"""What the class of a rendered network or helper defines."""


def describe_structure(model: nn.Module, class_name: str, helpers: list[str]) -> list[str]:
    """One sentence for each part of a network that no rendered source has; empty if there is none.

    ``helpers`` are the source's own classes of layers.
    """
    found = [f"torch has global hooks: {name}" for name in _global_hooks()]
    for name, part in nn.Module.named_modules(model):
        expected = {class_name} if part is model else set(helpers)
        faults = _faults(part, expected, is_network=part is model)
        found += [f"{name or class_name}: {fault}" for fault in faults]
    found += [f"{name}: is registered twice" for name in _repeated_names(model)]
    for name, weight in nn.Module.named_parameters(model):
        found += [f"{name}: {fault}" for fault in _tensor_faults(weight, nn.Parameter)]
        if not weight.requires_grad:
            found.append(f"{name}: requires no gradient")
    for name, buffer in nn.Module.named_buffers(model):
        found += [f"{name}: {fault}" for fault in _tensor_faults(buffer, torch.Tensor)]
    return found


def _repeated_names(model: nn.Module) -> list[str]:
    """Further names of modules that are registered under several."""
    every = dict(nn.Module.named_modules(model, remove_duplicate=False))
    return sorted(every.keys() - dict(nn.Module.named_modules(model)).keys())


def _global_hooks() -> Iterator[str]:
    for name, value in vars(nn.modules.module).items():
        if name.startswith("_global_") and name.endswith("_hooks") and value:
            yield name


def _faults(part: nn.Module, expected: set[str], *, is_network: bool) -> Iterator[str]:
    kind = type_before_parametrizations(part)
    own = kind.__module__ == "model" and kind.__name__ in expected
    if own:
        yield from _class_faults(kind)
    elif not _is_torch_class(kind):
        yield f"is a {kind.__module__}.{kind.__qualname__}"
    if part._non_persistent_buffers_set:
        yield "has buffers that are not saved"
    plain = vars(nn.Module())
    for name, value in vars(part).items():
        if "hooks" in name and value:
            yield f"has hooks: {name}"
        elif name in plain:
            continue
        elif hasattr(nn.Module, name):
            yield f"replaces {name}"
        elif callable(value):
            yield f"has a callable attribute {name}"
        elif is_network:
            yield f"has an attribute {name}"


def _is_torch_class(kind: type) -> bool:
    if kind in (ParametrizationList, _SpectralNorm):
        return True
    return getattr(nn, kind.__name__, None) is kind and kind.__module__.startswith("torch.nn.")


def _class_faults(kind: type) -> Iterator[str]:
    """A class of the source derives from nn.Module alone, and defines a constructor and forward."""
    if kind.__mro__ != (kind, nn.Module, object) or type(kind) is not type:
        yield f"derives from {', '.join(base.__name__ for base in kind.__mro__[1:])}"
    for name in vars(kind).keys() - _PLAIN_MEMBERS:
        yield f"defines {name}"


def _tensor_faults(tensor: torch.Tensor, kind: type) -> Iterator[str]:
    if type(tensor) is not kind:
        yield f"is a {type(tensor).__name__}"
    if tensor._backward_hooks or getattr(tensor, "_post_accumulate_grad_hooks", None):
        yield "has hooks"
