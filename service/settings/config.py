"""The configuration of the service, read from environment variables and validated.

Each setting is a field of one of the groups in ``service.settings``, with its ``meaning`` and its
range. A test compares ``docs/configuration.md`` with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import Any

from environs import Env, EnvValidationError

from service.settings.access import AccessSettings, is_loopback
from service.settings.api_keys import KeyRefused
from service.settings.cache import CacheSettings
from service.settings.jobs import JobSettings
from service.settings.observation import ObservationSettings
from service.settings.server import ServerSettings
from service.settings.setting import VARIABLE_PREFIX, variable_name
from service.settings.state import StateSettings
from service.settings.verification import VerificationSettings


class ConfigError(ValueError):
    """One or more invalid settings, each with its name and value."""


@dataclass(frozen=True, kw_only=True)
class Config(
    JobSettings,
    ObservationSettings,
    AccessSettings,
    CacheSettings,
    StateSettings,
    VerificationSettings,
    ServerSettings,
):
    """All settings, as documented in ``docs/configuration.md``.

    >>> Config().max_body_bytes
    1048576
    """

    @classmethod
    def from_environment(cls) -> Config:
        """The settings in the environment of this process.

        Raises:
            ConfigError: naming every invalid variable and every unknown variable with the
                prefix of the service.
        """
        unknown = _unknown_variables(os.environ)
        env = Env(eager=False)
        values: dict[str, Any] = {setting.name: _read(env, setting) for setting in fields(cls)}
        try:
            env.seal()
        except EnvValidationError as error:
            raise ConfigError("\n".join([*_error_messages(error), *unknown])) from None
        if unknown:
            raise ConfigError("\n".join(unknown))
        config = cls(**values)
        if refusals := list(_conflict_errors(config)):
            raise ConfigError("\n".join(refusals))
        return config

    def with_resolved_keys(self) -> Config:
        """A copy that contains the keys of the key file, independent of later changes to it.

        >>> Config().with_resolved_keys() == Config()
        True
        """
        entries = tuple(key.entry for key in self.key_ring.keys)
        return replace(self, api_keys=entries, api_keys_file="")


def _read(env: Env, setting: Field[Any]) -> object:
    kind, default = setting.metadata["kind"], setting.default
    if kind != "list":
        return getattr(env, kind)(
            variable_name(setting), default, validate=setting.metadata["validate"]
        )
    assert isinstance(default, tuple)
    name, validate = variable_name(setting), setting.metadata["validate"]
    return tuple(env.list(name, list(default), subcast=str.strip, validate=validate) or ())


def _error_messages(error: EnvValidationError) -> list[str]:
    messages = error.error_messages
    assert isinstance(messages, Mapping)
    secret = {variable_name(setting) for setting in fields(Config) if setting.metadata["secret"]}
    return [
        f"{_variable_with_value(name, secret=name in secret)}: {' '.join(map(str, reasons))}"
        for name, reasons in sorted(messages.items())
    ]


def _variable_with_value(name: str, *, secret: bool) -> str:
    """A variable with its value, or without the value if that may be a secret."""
    return name if secret else f"{name}={os.environ.get(name, '')!r}"


def _conflict_errors(config: Config) -> Iterator[str]:
    """Errors of settings that are valid separately but not together."""
    try:
        open_to_all = not config.key_ring
    except KeyRefused as refusal:
        yield f"{VARIABLE_PREFIX}API_KEYS and {VARIABLE_PREFIX}API_KEYS_FILE: {refusal}"
        return
    if open_to_all and not is_loopback(config.host) and not config.allow_public:
        yield (
            f"{VARIABLE_PREFIX}HOST={config.host!r}: other machines could use the service;"
            f" set {VARIABLE_PREFIX}API_KEYS or {VARIABLE_PREFIX}API_KEYS_FILE, or allow this with"
            f" {VARIABLE_PREFIX}ALLOW_PUBLIC=true, for example behind a proxy that checks access"
        )


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {variable_name(setting) for setting in fields(Config)}
    return [
        f"{name}: no such setting; known are {', '.join(sorted(known))}"
        for name in sorted(environ)
        if name.startswith(VARIABLE_PREFIX) and name not in known
    ]
