"""Loads a source as a module, and builds and calls its networks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import gcd
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized
from torch.overrides import TorchFunctionMode

from designer.errors import ProbeFailed
from designer.validation.json_readers import JsonValue
from designer.verification.probe.dispatch_mode import DispatchMode

ForwardArguments = tuple[torch.Tensor, ...]
"""Positional arguments of ``forward``."""

_BELOW_FLOAT32 = 2.0**-22 / 3
"""Times this, a number in float32 has more digits than float32 holds."""


class TextFailed(Exception):
    """The source defines something other than expected; the message says what it is."""


def load_text(text: str) -> ModuleType:
    """The module that a source defines.

    Raises:
        BaseException: any that compiling or running the source raises.
    """
    module = ModuleType("model")
    exec(compile(text, "model.py", "exec", dont_inherit=True), module.__dict__)
    return module


def run_or_error(work: Callable[[], JsonValue]) -> JsonValue:
    """The result of ``work``, or ``{"error": …}`` if the source's code raises.

    Raises:
        ProbeFailed: if memory runs out, which is no property of the source.
    """
    try:
        return work()
    except MemoryError as error:
        raise _out_of_memory() from error
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        if "allocate memory" in str(error) or "not enough memory" in str(error):
            raise _out_of_memory() from error
        return {"error": f"{type(error).__name__}: {error}"[:2000]}


def _out_of_memory() -> ProbeFailed:
    return ProbeFailed("the source needs more memory than the limit allows")


def build_network(module: ModuleType, network: dict[str, JsonValue], width: str) -> nn.Module:
    """One network of the module at a width: ``run``, ``thin`` or ``full``."""
    model = getattr(module, network["class_name"])(**network["arguments"][width])
    if not isinstance(model, nn.Module):
        raise TextFailed(f"{network['class_name']} is not an nn.Module")
    return model


_DRAWS = (torch.ops.aten.normal_.default, torch.ops.aten.uniform_.default)
_LEAST_ZEROED = 2**14
"""Numbers of a tensor from which drawing them takes longer than asking; vectors are drawn."""


class ZeroDraws(DispatchMode):  # type: ignore[no-untyped-call]
    """While it is active, torch fills large tensors with zeros instead of random numbers.

    For constructors at the width of the run: ``weights_init`` draws their numbers again, and
    ``construction`` compares what a constructor draws on the thin network.
    """

    def __torch_dispatch__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """The result of a call, or the tensor to be drawn, as zeros."""
        if function in _DRAWS and (args[0].is_meta or args[0].numel() >= _LEAST_ZEROED):
            return args[0].zero_()
        return function(*args, **(kwargs or {}))


def _divide(value: torch.Tensor, divisor: torch.Tensor) -> torch.Tensor:
    is_scalar = isinstance(divisor, torch.Tensor) and not divisor.ndim
    return value if is_scalar else torch.true_divide(value, divisor)


_SHAPES: dict[Callable[..., Any], Callable[..., torch.Tensor]] = {
    nn.functional.normalize: lambda vector, **_: vector,
    torch.mv: lambda matrix, _: matrix.new_empty(len(matrix)),
    torch.vdot: lambda vector, _: vector.new_empty(()),
    torch.Tensor.div: _divide,
}
"""The calls of a spectral norm, each with a function to a tensor of the shape of its result."""


class _UncomputedSpectralNorms(TorchFunctionMode):
    """While it is active, the calls of spectral norms give tensors of the right shape at once.

    For the meta device, where torch would derive the shape of each of some hundred results in Python,
    and would import its compiler for that.
    """

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """The result of a call."""
        call: Callable[..., Any] = _SHAPES.get(function, function)
        return call(*args, **(kwargs or {}))


@contextmanager
def on_meta_device() -> Iterator[None]:
    """New tensors have no memory, and nothing is drawn: torch would import its compiler for that."""
    with torch.device("meta"), ZeroDraws(), _UncomputedSpectralNorms():  # type: ignore[no-untyped-call]
        yield


def random_input(
    network: dict[str, JsonValue], width: str, batch: int, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A batch of normally distributed numbers in the network's input shape."""
    return random_numbers([batch, *network["input_shape"][width]], dtype)


def random_numbers(
    shape: list[int], dtype: torch.dtype, random: torch.Generator | None = None
) -> torch.Tensor:
    """Normally distributed numbers that fill the digits of their dtype.

    They are drawn in float32, which takes a sixth of the time of float64.
    """
    return torch.randn(shape, generator=random).to(dtype).mul_(1 + _BELOW_FLOAT32)


def forward_arguments(network: dict[str, JsonValue], value: torch.Tensor) -> ForwardArguments:
    """The value, and for a network with classes also labels."""
    classes = network["classes"]
    return (value,) if classes is None else (value, spread_labels(classes, len(value)))


def spread_labels(classes: int, count: int) -> torch.Tensor:
    """Labels over the whole range, out of order; from the third on, one of three is repeated.

    >>> spread_labels(10, 5).tolist()
    [9, 2, 9, 8, 1]
    """
    step = next(n for n in range(classes // 3 or 1, classes + 1) if gcd(n, classes) == 1)
    labels = (classes - 1 + step * torch.arange(count)) % classes
    labels[2::3] = labels[0]
    return labels


def leaf_modules(network: nn.Module) -> dict[str, nn.Module]:
    """The layers of a network by name, in order: its modules without submodules.

    A parametrized layer counts as a layer, although its parametrization is a submodule, and so does
    a module that has parameters beside the layers inside it, or tables by label; it follows these.
    """
    found = {
        name: module
        for name, module in network.named_modules()
        if not is_parametrization(name)
        and (
            is_parametrized(module)
            or not any(module.children())
            or (name and (own_weights(module) or _looks_up(module)))
        )
    }
    return {name: found[name] for name in containers_last(found)}


def _looks_up(module: nn.Module) -> bool:
    """Whether a module of the source looks up labels for what layers inside it give."""
    inside = [*module.children()]
    flat = not any(any(child.children()) for child in inside)
    return flat and type(module).__module__ == "model" and nn.Embedding in map(type, inside)


def containers_last(names: Iterable[str]) -> list[str]:
    """The names of modules, each after those of the modules inside it, as they are executed.

    >>> containers_last(["a", "b", "b.c", "b.d", "e"])
    ['a', 'b.c', 'b.d', 'b', 'e']
    """
    ordered: list[str] = []
    for name in reversed([*names]):
        inside = sum(other.startswith(f"{name}.") for other in ordered)  # they come first
        ordered.insert(inside, name)
    return ordered


def is_parametrization(name: str) -> bool:
    """Whether a module is part of a parametrization, by its name."""
    return "parametrizations" in name.split(".")


def own_parts(layer: nn.Module) -> dict[str, nn.Module]:
    """A layer and its parametrizations by their names within it, without layers inside it."""
    return {name: part for name, part in layer.named_modules() if not name or _is_own(name)}


def own_weights(layer: nn.Module) -> dict[str, torch.Tensor]:
    """The parameters of a layer, a parametrized weight under its original name."""
    return {
        name.removeprefix("parametrizations.").removesuffix(".original"): weight
        for name, weight in layer.named_parameters()
        if "." not in name or _is_own(name)
    }


def _is_own(name: str) -> bool:
    """Whether a name within a layer is of its parametrizations."""
    return name.startswith("parametrizations")


def describe_signature(function: Callable[..., JsonValue]) -> list[list[JsonValue]]:
    """The parameters of a callable in order, each with the ``repr`` of its default; None if it has none.

    The name of any but a positional-or-keyword parameter is preceded by its kind.
    """
    return [
        [
            each.name
            if each.kind is each.POSITIONAL_OR_KEYWORD
            else f"{each.kind.description} {each.name}",
            None if each.default is each.empty else repr(each.default),
        ]
        for each in inspect.signature(function).parameters.values()
    ]
