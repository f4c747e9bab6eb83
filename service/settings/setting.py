"""Definition of a setting: default, meaning, range and environment variable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, field
from typing import Any, TypeVar

VARIABLE_PREFIX = "GAN_DESIGNER_"

SettingValue = TypeVar("SettingValue")
Validator = Callable[[Any], Any]


def setting(
    default: SettingValue,
    meaning: str,
    *,
    validate: Validator,
    kind: str = "int",
    name: str | None = None,
    secret: bool = False,
) -> SettingValue:
    """Dataclass field of a setting.

    ``kind`` is the environs parser, ``name`` overrides the variable name, and the value of a
    ``secret`` setting is left out of error messages.
    """
    metadata = {
        "meaning": meaning,
        "validate": validate,
        "kind": kind,
        "name": name,
        "secret": secret,
    }
    made: SettingValue = field(default=default, metadata=metadata)
    return made


def variable_name(of: Field[Any]) -> str:
    """Environment variable of a setting: its own name, or prefix and field name in capitals.

    >>> from dataclasses import dataclass, fields
    >>> from marshmallow.validate import Range
    >>> @dataclass
    ... class Settings:
    ...     port: int = setting(8000, "port to listen on", validate=Range(min=0))
    >>> variable_name(fields(Settings)[0])
    'GAN_DESIGNER_PORT'
    """
    return of.metadata["name"] or f"{VARIABLE_PREFIX}{of.name.upper()}"
