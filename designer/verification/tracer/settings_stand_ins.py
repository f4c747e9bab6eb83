"""Stand-ins for the holders of settings of easydict, omegaconf, yacs and the like."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any


class AttributeDict(dict[str, Any]):
    """A dictionary whose keys are attributes, too; nested ones likewise.

    >>> AttributeDict({"model": {"width": 8}}).model.width
    8
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.update(*args, **kwargs)

    def update(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Add entries."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:  # noqa: ANN401
        plain = isinstance(value, dict) and not isinstance(value, AttributeDict)
        super().__setitem__(name, type(self)(value) if plain else value)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        try:
            return self[name]
        except KeyError as missing:
            raise AttributeError(name) from missing

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    @classmethod
    def create(cls, value: Any = None, **_options: object) -> Any:  # noqa: ANN401
        """The settings in a dictionary, a list, a dataclass or a text of YAML, as OmegaConf makes them."""
        if isinstance(value, str):
            value = importlib.import_module("yaml").safe_load(value)
        if is_dataclass(value):
            made = value() if isinstance(value, type) else value
            value = asdict(made)
        if isinstance(value, list | tuple):
            return [cls.create(each) if isinstance(each, dict | list) else each for each in value]
        return _interpolated(cls(value or {}), root=None)

    structured = create

    @classmethod
    def load(cls, path: Any, *_args: object, **_options: object) -> Any:  # noqa: ANN401
        """Nothing: a text comes without such files.

        Raises:
            FileNotFoundError: always.
        """
        raise FileNotFoundError(2, "No such file or directory", str(path))

    def merge_from_file(self, path: Any) -> None:  # noqa: ANN401
        """Nothing: a text comes without such files.

        Raises:
            FileNotFoundError: always.
        """
        self.load(path)

    def merge_from_list(self, entries: Sequence[Any]) -> None:
        """Set entries, given as dotted names and values in turn."""
        for name, value in zip(entries[::2], entries[1::2], strict=True):
            *path, last = name.split(".")
            owner = self
            for each in path:
                owner = owner[each]
            owner[last] = value

    @classmethod
    def merge(cls, *settings: Any) -> Any:  # noqa: ANN401
        """The entries of several settings, of which the last count most."""
        made = cls()
        for each in settings:
            for name, value in cls.create(each).items():
                both = isinstance(value, dict) and isinstance(made.get(name), dict)
                made[name] = cls.merge(made[name], value) if both else value
        return made

    @classmethod
    def from_cli(cls, *_args: object) -> Any:  # noqa: ANN401
        """No entries: there is no command line."""
        return cls()

    @staticmethod
    def to_yaml(settings: Any, **_options: object) -> str:  # noqa: ANN401
        """The settings as text."""
        return str(settings)

    set_struct = set_readonly = resolve = staticmethod(lambda *_args, **_options: None)

    def clone(self) -> AttributeDict:
        """A copy, as yacs makes it."""
        return type(self)(self)

    def freeze(self) -> None:
        """Nothing: values can be set afterwards."""

    def defrost(self) -> None:
        """Nothing: values can be set anyway."""

    def to_dict(self) -> dict[str, Any]:
        """The entries."""
        return dict(self)

    @staticmethod
    def to_container(value: Any, **_options: object) -> Any:  # noqa: ANN401
        """The settings as they are, as OmegaConf gives them."""
        return value


def _interpolated(settings: Any, root: Any) -> Any:  # noqa: ANN401
    """Settings whose entries such as ``${train.lr}`` have the values that they name."""
    root = settings if root is None else root
    for name, value in settings.items():
        if isinstance(value, AttributeDict):
            _interpolated(value, root)
        elif isinstance(value, str) and (found := re.fullmatch(r"\$\{([\w.]+)\}", value)):
            owner = root
            for each in found[1].split("."):
                owner = owner.get(each) if isinstance(owner, dict) else None
            settings[name] = value if owner is None else owner
    return settings


def saved_arguments(frame_locals: dict[str, Any]) -> AttributeDict:
    """The arguments of a constructor by its local variables, as ``save_hyperparameters`` takes them."""
    function = frame_locals.get("self")
    names = inspect.signature(type(function).__init__).parameters if function is not None else {}
    found = {name: value for name, value in frame_locals.items() if name in names}
    found |= found.pop("kwargs", {})
    return AttributeDict({name: value for name, value in found.items() if name != "self"})
