"""Verification limits from the settings, in the types of the library."""

from __future__ import annotations

from designer.verification import Limits, WidthPolicy
from designer.verification.limits import MIB
from service.cache.release_name import release_name
from service.settings.config import Config


def width_policy(config: Config) -> WidthPolicy:
    """Predicted costs up to which a network is verified at full or reduced width.

    >>> width_policy(Config(full_width_mib=1)).full_bytes
    1048576
    """
    return WidthPolicy(
        full_multiply_adds=config.full_width_multiply_adds,
        full_bytes=config.full_width_mib * MIB,
        reduced_multiply_adds=config.reduced_width_multiply_adds,
        reduced_bytes=config.reduced_width_mib * MIB,
    )


def process_limits(config: Config) -> Limits:
    """Limits of a verifying process.

    >>> process_limits(Config(verify_timeout_s=7)).timeout_s
    7
    """
    return Limits(
        timeout_s=config.verify_timeout_s,
        cpu_s=config.verify_timeout_s,
        trace_s=config.trace_timeout_s,
        memory_bytes=config.verify_memory_mib * MIB,
    )


def cache_namespace(config: Config) -> str:
    """Namespace of cache entries: all that results depend on besides the brief."""
    return f"{release_name()} {width_policy(config)!r}"
