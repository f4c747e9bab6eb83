"""The class, settings and parameters of the modules and functions in a graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, cast

from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized, type_before_parametrizations

from designer.validation.json_readers import JsonObject, JsonValue

MAX_SETTINGS = 24
"""Maximum number of settings of one node."""

_MAX_TEXT = 200


def is_torch_leaf(module: nn.Module) -> bool:
    """Whether a module is one of torch's own layers and not made of others."""
    kind = type_before_parametrizations(module)
    parts = [name for name, _ in module.named_children() if name != "parametrizations"]
    return _is_torch_class(kind) and (not parts or kind is nn.MultiheadAttention)


def _is_torch_class(kind: type) -> bool:
    return kind.__module__.startswith("torch.nn.")


def torch_base(module: nn.Module) -> type[nn.Module] | None:
    """Torch's own class that a module is of or derives from, None if there is only nn.Module."""
    for kind in type_before_parametrizations(module).__mro__:
        if _is_torch_class(kind):
            return None if kind is nn.Module else kind
    return None


def torch_class_name(module: nn.Module) -> str | None:
    """Name of torch's class if the module is one of it, or derives from it with its ``forward``."""
    base = torch_base(module)
    if base is None:
        return None
    own: type[nn.Module] = type_before_parametrizations(module)
    return base.__name__ if own.forward is base.forward else None


def module_settings(module: nn.Module) -> dict[str, JsonValue]:
    """The arguments of torch's constructor by name, as the module holds them."""
    base = torch_base(module)
    if base is None:
        return {}
    found: dict[str, JsonValue] = {}
    for name in _argument_names(cast("Callable[..., Any]", base)):
        if name == "bias" and hasattr(module, "bias") and not isinstance(module.bias, bool):
            found[name] = module.bias is not None
        elif name in vars(module):
            found[name] = plain_value(vars(module)[name])
    if is_parametrized(module):
        found["parametrized"] = True
    return dict([*found.items()][:MAX_SETTINGS])


@cache
def _argument_names(kind: Callable[..., Any]) -> tuple[str, ...]:
    names = inspect.signature(kind).parameters
    return tuple(name for name in names if name not in ("device", "dtype", "args", "kwargs"))


def function_name(function: Callable[..., Any]) -> str:
    """Name of a function, without the underscores of a method such as ``__getitem__``."""
    return getattr(function, "__name__", type(function).__name__).strip("_")


def may_set_size(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a function may change the size of another input, if it keeps that of this one.

    >>> value = Tensor()
    >>> may_set_size(Tensor.__getitem__, (value, (..., slice(0, 1800))))
    True
    >>> may_set_size(Tensor.__getitem__, (value, (slice(None), ...)))
    False
    """
    name = function_name(function)
    if name != "getitem":
        return name in _SIZING_FUNCTIONS
    index = args[1] if len(args) > 1 else ()
    parts = index if isinstance(index, tuple) else (index,)
    return not all(part is Ellipsis or _is_whole(part) for part in parts)


def _is_whole(part: object) -> bool:
    return isinstance(part, slice) and (part.start, part.stop, part.step) == (None, None, None)


_SIZING_FUNCTIONS = frozenset(["narrow", "pad", "interpolate", "upsample"])


def function_settings(args: tuple[Any, ...], kwargs: dict[str, Any]) -> JsonObject:
    """The arguments of a function besides its tensors; those without a name in ``arguments``."""
    positional = [plain_value(each) for each in args if not isinstance(each, Tensor)]
    found: JsonObject = {"arguments": positional} if positional else {}
    for name, value in [*kwargs.items()][:MAX_SETTINGS]:
        if not isinstance(value, Tensor):
            found[name] = plain_value(value)
    return found


def count_own_parameters(module: nn.Module) -> int:
    """Number of trainable values of a module and of those inside it."""
    return sum(parameter.numel() for parameter in module.parameters())


def plain_value(value: Any, depth: int = 3) -> JsonValue:  # noqa: ANN401
    """A setting as JSON; the name or text of a value that JSON lacks."""
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    if isinstance(value, Enum):
        return str(value.name)
    if isinstance(value, list | tuple):
        entries = value[:MAX_SETTINGS]
        return [plain_value(each, depth - 1) for each in entries] if depth else "…"
    if isinstance(value, Tensor):
        return {"shape": list(value.shape)}
    if isinstance(value, slice):
        parts = (
            (value.start, value.stop)
            if value.step is None
            else (value.start, value.stop, value.step)
        )
        return ":".join("" if part is None else str(plain_value(part)) for part in parts)
    if value is Ellipsis:
        return "..."
    return getattr(value, "__name__", type(value).__name__)
