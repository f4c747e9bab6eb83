"""Settings for API keys and rate limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from service.settings.api_keys import (
    KeyRefused,
    KeyRing,
    read_keys,
    read_keys_file,
    validate_rate_limit,
)
from service.settings.setting import setting


def validator_from(check: Callable[[Any], object]) -> Callable[[Any], None]:
    """Marshmallow validator that calls ``check``; empty values are valid."""

    def validate(value: object) -> None:
        try:
            check(value) if value else None
        except KeyRefused as refusal:
            raise ValidationError(str(refusal)) from None

    return validate


@dataclass(frozen=True, kw_only=True)
class AccessSettings:
    """Settings for API keys and rate limits."""

    api_keys: tuple[str, ...] = setting(
        (),
        "API keys, each as `name:sha256` or `name:sha256:limit`, separated by commas; without"
        " keys, the service is open to all",
        validate=validator_from(read_keys),
        kind="list",
        secret=True,
    )
    api_keys_file: str = setting(
        "",
        "file with more API keys, one per line",
        validate=validator_from(read_keys_file),
        kind="str",
    )
    allow_public: bool = setting(
        False,
        "whether the service may listen without keys on an address that other machines can reach",
        validate=OneOf((True, False)),
        kind="bool",
    )
    rate_limit: str = setting(
        "",
        "rate limit per client, such as `100/minute` or `10/second;1000/hour`",
        validate=validator_from(validate_rate_limit),
        kind="str",
    )
    trusted_proxies: int = setting(
        0,
        "proxies in front of the service that add the client to `X-Forwarded-For`",
        validate=Range(min=0, max=16),
    )

    @property
    def key_ring(self) -> KeyRing:
        """The keys of the setting and of the key file.

        >>> bool(AccessSettings().key_ring)
        False

        Raises:
            KeyRefused: if the file cannot be used, or a key is in both.
        """
        listed = read_keys_file(self.api_keys_file) if self.api_keys_file else ()
        return KeyRing(keys=(*read_keys(self.api_keys), *listed))


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only.

    >>> [is_loopback(host) for host in ("127.0.0.2", "[::1]", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    bare = host.strip("[]")
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"
