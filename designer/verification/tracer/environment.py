"""The environment of a text: torch on the CPU, no command line, nothing to load or to wait for.

A worker is used for one text, so nothing is put back.
"""

from __future__ import annotations

import argparse
import builtins
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils import data

from designer.verification.tracer.stand_ins import make_stand_in

_NUMPY_ALIASES = {"float": float, "int": int, "bool": bool, "object": object, "str": str}
_OTHER_DEVICES = ("cuda", "mps", "xpu", "hip", "xla")


def usual_names() -> dict[str, Any]:
    """What a text that is pasted without its imports takes for granted."""
    return {
        "torch": torch,
        "nn": nn,
        "F": functional,
        "np": np,
        "math": math,
        "Tensor": torch.Tensor,
    }


class OnCpu(TorchFunctionMode):
    """Everything that is to run on another device runs on the CPU."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """The result of the call on the CPU."""
        kwargs = kwargs or {}
        if getattr(function, "__name__", "") in ("cuda", "pin_memory"):
            return args[0]
        args = tuple(map(_on_cpu, args))
        return function(*args, **{name: _on_cpu(value) for name, value in kwargs.items()})


def _on_cpu(value: Any) -> Any:  # noqa: ANN401
    """A device as the CPU; any other value as it is."""
    if isinstance(value, torch.device):
        return torch.device("cpu") if value.type in _OTHER_DEVICES else value
    if isinstance(value, str) and value.partition(":")[0] in _OTHER_DEVICES:
        return "cpu"
    return value


class EmptyLoader:
    """Stand-in for a loader of data: it has none."""

    def __init__(self, dataset: object = None, batch_size: int = 1, **_options: object) -> None:
        self.dataset = dataset
        self.batch_size = batch_size

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0


class UndistributedModule(nn.DataParallel[Any]):
    """Stand-in for the wrapper of a distributed network: one that calls it here."""

    def __init__(self, module: nn.Module, *_args: object, **_options: object) -> None:
        super().__init__(module)


def prepare_environment() -> None:
    """Replace what a text must not wait for or cannot have here."""
    warnings.simplefilter("ignore")
    sys.argv = ["source.py"]
    _replace(builtins, "input", lambda *_: "")
    _replace(time, "sleep", _nothing)
    _replace(argparse.ArgumentParser, "parse_args", _parse_no_arguments)
    _replace(argparse.ArgumentParser, "parse_known_args", _parse_none_known)
    _replace(data, "DataLoader", EmptyLoader)
    sys.modules["torch.utils.tensorboard"] = make_stand_in("tensorboard")  # type: ignore[assignment]
    for name, alias in _NUMPY_ALIASES.items():
        if name not in np.__dict__:
            setattr(np, name, alias)
    _stay_on_cpu()
    _leave_uncompiled()


def _parse_no_arguments(
    self: argparse.ArgumentParser,
    _args: object = None,
    namespace: Any = None,  # noqa: ANN401
) -> argparse.Namespace:
    """The defaults of all arguments; those that are required are None."""
    return _parse_none_known(self, None, namespace)[0]


_parse_known = argparse.ArgumentParser.parse_known_args


def _parse_none_known(
    self: argparse.ArgumentParser,
    _args: object = None,
    namespace: Any = None,  # noqa: ANN401
) -> tuple[argparse.Namespace, list[str]]:
    for action in self._actions:
        action.required = False
        if not action.option_strings and action.nargs in (None, "+"):
            action.nargs = "?" if action.nargs is None else "*"
    for group in self._mutually_exclusive_groups:
        group.required = False
    return _parse_known(self, [], namespace)


def _itself(value: Any = None, *_args: object, **_options: object) -> Any:  # noqa: ANN401
    """The first argument; as a decorator with options, one that changes nothing."""
    return value if value is not None else _itself


def _nothing(*_args: object, **_options: object) -> None:
    """Do nothing."""


def _stay_on_cpu() -> None:
    for owner in (nn.Module, torch.Tensor):
        for name in ("cuda", "xpu", "half", "bfloat16"):
            setattr(owner, name, lambda self, *_args, **_options: self)
    for name in ("set_device", "synchronize", "empty_cache", "manual_seed", "manual_seed_all"):
        setattr(torch.cuda, name, _nothing)


def _leave_uncompiled() -> None:
    _replace(torch, "compile", _itself)
    for name in ("script", "script_method", "ignore", "unused", "export", "trace"):
        _replace(torch.jit, name, _itself)
    _replace(torch.jit, "ScriptModule", nn.Module)
    _replace(nn.Module, "compile", _nothing)
    _replace(nn.parallel, "DistributedDataParallel", UndistributedModule)


def _replace(owner: Any, name: str, value: object) -> None:  # noqa: ANN401
    """Replace what a text finds under a name of a module or class."""
    setattr(owner, name, value)
