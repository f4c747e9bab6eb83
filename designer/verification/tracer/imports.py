"""Imports of a text: its other files, and stand-ins for packages that are missing."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

import torch
from torch import nn

from designer.verification.tracer import einops_stand_in
from designer.verification.tracer.settings_stand_ins import AttributeDict, saved_arguments
from designer.verification.tracer.stand_ins import make_stand_in

RunModule = Callable[[str, ModuleType], None]
"""Runs a file of the text, given its path, in a module."""


class LightningModule(nn.Module):
    """Stand-in for Lightning's module: a torch module with settings and no training."""

    current_epoch = global_step = 0

    def __init__(self, *_args: object, **_options: object) -> None:
        super().__init__()
        object.__setattr__(self, "hparams", AttributeDict())

    def save_hyperparameters(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Store the constructor's arguments as ``hparams``."""
        found = saved_arguments(sys._getframe(1).f_locals)
        for given in args:
            if isinstance(given, dict):
                found.update(given)
            elif hasattr(given, "__dict__"):
                found.update(vars(given))
        object.__setattr__(self, "hparams", found)

    def log(self, *_args: object, **_kwargs: object) -> None:
        """Nothing."""

    log_dict = log

    @property
    def device(self) -> torch.device:
        """The device that everything runs on."""
        return torch.device("cpu")


_SETTINGS = "EasyDict DictConfig OmegaConf CfgNode CN ConfigDict Munch Box Dict edict AttrDict"
_KNOWN: Mapping[str, type] = {
    **dict.fromkeys(_SETTINGS.split(), AttributeDict),
    "LightningModule": LightningModule,
}
_SETTINGS_PACKAGES = frozenset(
    [
        "easydict",
        "omegaconf",
        "yacs",
        "ml_collections",
        "munch",
        "box",
        "addict",
        "attrdict",
        "attributedict",
    ]
)
_EINOPS = frozenset(
    [
        "EinopsError",
        "rearrange",
        "reduce",
        "repeat",
        "pack",
        "unpack",
        "einsum",
        "parse_shape",
        "Rearrange",
        "Reduce",
    ]
)
_LIGHTNING_PACKAGES = frozenset(["pytorch_lightning", "lightning", "lightning_fabric"])


class StandInModule(ModuleType):
    """A missing package: each of its names is a stand-in."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        package = self.__name__.partition(".")[0]
        if package == "einops" and name in _EINOPS:
            return getattr(einops_stand_in, name)
        known = _KNOWN.get(name)
        if known is not None and package in (_SETTINGS_PACKAGES | _LIGHTNING_PACKAGES):
            return known
        return make_stand_in(f"{self.__name__}.{name}")


class _StandInLoader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _FileLoader(importlib.abc.Loader):
    def __init__(self, path: str | None, run: RunModule) -> None:
        self._path = path
        self._run = run

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if self._path is not None:
            module.__file__ = self._path
            self._run(self._path, module)


class TextImports(importlib.abc.MetaPathFinder):
    """Finds the files of a text before everything else, and stand-ins after everything else.

    ``stubbed`` has the names of the packages that were stood in for.
    """

    def __init__(self, files: Sequence[str], run: RunModule) -> None:
        self._paths = _module_paths(files)
        self._run = run
        self._last = _MissingPackages()

    @property
    def stubbed(self) -> list[str]:
        """The missing packages, in alphabetical order."""
        return sorted(self._last.stubbed)

    def install(self) -> None:
        """Take part in every import from now on; this process is not used again."""
        for name in {name.partition(".")[0] for name in self._paths}:
            sys.modules.pop(name, None)
        sys.meta_path.insert(0, self)
        sys.meta_path.append(self._last)

    def find_spec(
        self, fullname: str, _path: object, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The file or folder of the text that a module's name means."""
        if fullname not in self._paths:
            return None
        path = self._paths[fullname]
        loader = _FileLoader(path, self._run)
        return importlib.util.spec_from_loader(
            fullname, loader, is_package=path is None or path.endswith("__init__.py")
        )

    def file_of(self, name: str) -> str | None:
        """The file of the text that a module's name means."""
        return self._paths.get(name)

    def require(self, name: str) -> None:
        """Import a package that the text can do without.

        Raises:
            ImportError: if it is missing.
        """
        self._last.active = False
        try:
            importlib.import_module(name)
        finally:
            self._last.active = True


class _MissingPackages(importlib.abc.MetaPathFinder):
    """Stands in for packages that nothing else finds."""

    def __init__(self) -> None:
        self.stubbed: set[str] = set()
        self.active = True

    def find_spec(
        self, fullname: str, _path: object, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        package = fullname.partition(".")[0]
        if not self.active or (package in sys.modules and package not in self.stubbed):
            return None
        if package in sys.stdlib_module_names or package == "torch":
            return None
        self.stubbed.add(package)
        return importlib.util.spec_from_loader(fullname, _StandInLoader(), is_package=True)


def _module_paths(files: Sequence[str]) -> dict[str, str | None]:
    """The path of each file by its module's name, also without its leading folders.

    >>> _module_paths(["net/blocks.py"])
    {'net': None, 'net.blocks': 'net/blocks.py', 'blocks': 'net/blocks.py'}
    """
    found: dict[str, str | None] = {}
    for file in files:
        path = PurePosixPath(file)
        if path.suffix != ".py":
            continue
        parts = [*path.parts[:-1], path.stem] if path.stem != "__init__" else [*path.parts[:-1]]
        for start in range(len(parts)):
            names = parts[start:]
            for end in range(1, len(names)):
                found.setdefault(".".join(names[:end]), None)
            name = ".".join(names)
            if found.get(name) is None:
                found[name] = file
    return found
