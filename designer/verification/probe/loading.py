"""A text made into a module, and its networks built, without a trace elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from designer.errors import ProbeFailed
from designer.validation.json_readers import JsonValue

ForwardArguments = tuple[torch.Tensor, ...]
"""What ``forward`` takes."""


class TextFailed(Exception):
    """The text raised where it should have worked; the message says what."""


def load_text(text: str) -> ModuleType:
    """The module that a text defines.

    Raises:
        TextFailed: where the text does not run.
    """
    module = ModuleType("model")
    exec(compile(text, "model.py", "exec", dont_inherit=True), module.__dict__)
    return module


def run_or_error(work: Callable[[], JsonValue]) -> JsonValue:
    """The result of ``work``, or ``{"error": …}`` where the text's code raised.

    Raises:
        ProbeFailed: where memory ran out: that says nothing about the text.
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
    return ProbeFailed("the text needs more memory than it may use")


def build_network(module: ModuleType, network: dict[str, JsonValue], width: str) -> nn.Module:
    """One network of the module with its arguments of a width: ``run``, ``thin`` or ``full``."""
    model = getattr(module, network["class_name"])(**network["arguments"][width])
    if not isinstance(model, nn.Module):
        raise TextFailed(f"{network['class_name']} is not an nn.Module")
    return model


def random_input(
    network: dict[str, JsonValue], width: str, batch: int, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A batch of normal numbers in the shape that the network takes."""
    return torch.randn(batch, *network["input_shape"][width], dtype=torch.float64).to(dtype)


def forward_arguments(network: dict[str, JsonValue], value: torch.Tensor) -> ForwardArguments:
    """What ``forward`` takes: the value, and labels where the network has classes, the last first."""
    classes = network["classes"]
    if classes is None:
        return (value,)
    return (value, classes - 1 - torch.arange(len(value)) % classes)


def leaf_modules(network: nn.Module) -> dict[str, nn.Module]:
    """The layers of a network, by name, in order: its modules that hold no others.

    A parametrized layer holds what makes its weight, and is a layer all the same.
    """
    return {
        name: module
        for name, module in network.named_modules()
        if "parametrizations" not in name.split(".")
        and (is_parametrized(module) or not any(module.children()))
    }


def own_weights(layer: nn.Module) -> dict[str, torch.Tensor]:
    """What training changes of a layer, a parametrized weight by the name it has without that."""
    return {
        name.removeprefix("parametrizations.").removesuffix(".original"): weight
        for name, weight in layer.named_parameters()
    }


def describe_signature(function: Callable[..., JsonValue]) -> dict[str, JsonValue]:
    """The parameters of a callable and their defaults; those without one are None.

    One that is not given by position or by name alike has its kind before its name.
    """
    return {
        each.name
        if each.kind is each.POSITIONAL_OR_KEYWORD
        else f"{each.kind.description} {each.name}": None
        if each.default is each.empty
        else repr(each.default)
        for each in inspect.signature(function).parameters.values()
    }
