"""The settings of the service: read once from the environment, refused when wrong.

Every setting stands in one table, ``Config`` itself: its field is its name, its ``meaning`` and
its range. ``docs/configuration.md`` is checked against it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import Length, Range

from designer.limits import MAX_BODY_BYTES

PREFIX = "GAN_DESIGNER_"

Value = TypeVar("Value")
Validator = Callable[[Any], Any]


class ConfigError(ValueError):
    """One or more settings that cannot be used, each with its name and value."""


def _setting(default: Value, meaning: str, *, validate: Validator, kind: str = "int") -> Value:
    metadata = {"meaning": meaning, "validate": validate, "kind": kind}
    made: Value = field(default=default, metadata=metadata)
    return made


def _check_origins(origins: list[str]) -> None:
    """Refuse what no browser would send as Origin."""
    for origin in origins:
        parts = urlsplit(origin)
        plain = f"{parts.scheme}://{parts.netloc}"
        if origin != "*" and (parts.scheme not in ("http", "https") or origin != plain):
            raise ValidationError(f"{origin!r} is no origin such as https://example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an operator may set; the variable is the field in capitals after ``GAN_DESIGNER_``.

    >>> Config().max_body_bytes
    1048576
    """

    host: str = _setting(
        "127.0.0.1", "address to listen on", validate=Length(min=1, max=255), kind="str"
    )
    port: int = _setting(8000, "port to listen on", validate=Range(min=0, max=65535))
    workers: int = _setting(2, "web processes", validate=Range(min=1, max=64))
    threads: int = _setting(16, "threads of one web process", validate=Range(min=1, max=256))
    verify_processes: int = _setting(
        1, "verifying processes of one web process", validate=Range(min=1, max=64)
    )
    verify_timeout_s: int = _setting(
        120,
        "seconds after which a verification of level `standard` is ended",
        validate=Range(min=1, max=3600),
    )
    verify_memory_mib: int = _setting(
        6144, "mebibytes that a verification may use", validate=Range(min=256, max=1_048_576)
    )
    verify_queue: int = _setting(
        8,
        "requests of one web process that may wait for a verification; the next is told 503",
        validate=Range(min=0, max=10_000),
    )
    full_width_multiply_adds: int = _setting(
        5 * 10**9,
        "predicted multiply-adds up to which a text is run at its full width; equal on all replicas",
        validate=Range(min=1, max=10**15),
    )
    full_width_mib: int = _setting(
        512,
        "predicted mebibytes up to which it is; equal on all replicas",
        validate=Range(min=1, max=1_048_576),
    )
    reduced_width_multiply_adds: int = _setting(
        10**9,
        "predicted multiply-adds of the narrower width that is run above; equal on all replicas",
        validate=Range(min=1, max=10**15),
    )
    reduced_width_mib: int = _setting(
        512,
        "predicted mebibytes of that width; equal on all replicas",
        validate=Range(min=1, max=1_048_576),
    )
    max_body_bytes: int = _setting(
        MAX_BODY_BYTES,
        "largest request body in bytes",
        validate=Range(min=1024, max=MAX_BODY_BYTES),
    )
    client_timeout_s: int = _setting(
        30,
        "seconds in which a client sends its request whole, and takes the answer",
        validate=Range(min=1, max=3600),
    )
    cors_origins: tuple[str, ...] = _setting(
        (),
        "origins whose pages may call the service, separated by commas; `*` for all",
        validate=_check_origins,
        kind="list",
    )

    @property
    def netloc(self) -> str:
        """Host and port as addresses write them: IPv6 in brackets.

        >>> Config(host="::1").netloc
        '[::1]:8000'
        """
        bare = self.host.strip("[]")
        return f"[{bare}]:{self.port}" if ":" in bare else f"{bare}:{self.port}"

    @classmethod
    def from_environment(cls) -> Config:
        """The settings of the process's environment.

        Raises:
            ConfigError: naming every variable that cannot be used, and every one with the
                service's prefix that nobody reads.
        """
        unknown = _unknown_variables(os.environ)
        env = Env(eager=False, prefix=PREFIX)
        values: dict[str, Any] = {setting.name: _read(env, setting) for setting in fields(cls)}
        try:
            env.seal()
        except EnvValidationError as error:
            raise ConfigError("\n".join([*_sentences(error), *unknown])) from None
        if unknown:
            raise ConfigError("\n".join(unknown))
        values["cors_origins"] = tuple(values["cors_origins"])
        return cls(**values)


def variable(setting: Field[Any]) -> str:
    """The environment variable of a setting.

    >>> variable(fields(Config)[1])
    'GAN_DESIGNER_PORT'
    """
    return f"{PREFIX}{setting.name.upper()}"


def _read(env: Env, setting: Field[Any]) -> object:
    parse = getattr(env, setting.metadata["kind"])
    default: Any = setting.default
    if setting.metadata["kind"] == "list":
        default = list(default)
    return parse(setting.name.upper(), default, validate=setting.metadata["validate"])


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
