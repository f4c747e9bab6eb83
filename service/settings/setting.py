"""What a setting is: a default, a meaning, a range, and the variable that holds it."""

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
    """The field of a setting; ``kind`` is environs' reader, ``name`` a variable without prefix.

    A value that is ``secret`` is not repeated where it is refused.
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
    """The environment variable of a setting: its own, or the field in capitals after the prefix.

    >>> from dataclasses import dataclass, fields
    >>> from marshmallow.validate import Range
    >>> @dataclass
    ... class Settings:
    ...     port: int = setting(8000, "port to listen on", validate=Range(min=0))
    >>> variable_name(fields(Settings)[0])
    'GAN_DESIGNER_PORT'
    """
    return of.metadata["name"] or f"{VARIABLE_PREFIX}{of.name.upper()}"
