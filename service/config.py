"""The settings of the service: read once from the environment, refused when wrong.

Every setting stands in one of the groups in ``service.settings``: its field is its name, with its
``meaning`` and its range. ``docs/configuration.md`` is checked against them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from environs import Env, EnvValidationError

from service.settings.jobs import JobSettings
from service.settings.server import ServerSettings
from service.settings.setting import PREFIX, variable
from service.settings.state import StateSettings
from service.settings.verification import VerificationSettings


class ConfigError(ValueError):
    """One or more settings that cannot be used, each with its name and value."""


@dataclass(frozen=True, kw_only=True)
class Config(JobSettings, StateSettings, VerificationSettings, ServerSettings):
    """What an operator may set, by the variables of ``docs/configuration.md``.

    >>> Config().max_body_bytes
    1048576
    """

    @classmethod
    def from_environment(cls) -> Config:
        """The settings of the process's environment.

        Raises:
            ConfigError: naming every variable that cannot be used, and every one with the
                service's prefix that nobody reads.
        """
        unknown = _unknown_variables(os.environ)
        env = Env(eager=False)
        values: dict[str, Any] = {setting.name: _read(env, setting) for setting in fields(cls)}
        try:
            env.seal()
        except EnvValidationError as error:
            raise ConfigError("\n".join([*_sentences(error), *unknown])) from None
        if unknown:
            raise ConfigError("\n".join(unknown))
        return cls(**values)


def _read(env: Env, setting: Field[Any]) -> object:
    kind, default = setting.metadata["kind"], setting.default
    if kind != "list":
        return getattr(env, kind)(variable(setting), default, validate=setting.metadata["validate"])
    assert isinstance(default, tuple)
    return tuple(
        env.list(variable(setting), list(default), validate=setting.metadata["validate"]) or ()
    )


def _sentences(error: EnvValidationError) -> list[str]:
    messages = error.error_messages
    assert isinstance(messages, Mapping)
    return [
        f"{name}={os.environ.get(name, '')!r}: {' '.join(map(str, reasons))}"
        for name, reasons in sorted(messages.items())
    ]


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {variable(setting) for setting in fields(Config)}
    return [
        f"{name}: no such setting; known are {', '.join(sorted(known))}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]
