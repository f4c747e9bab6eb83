"""Settings of the verifying processes and how wide they run a text."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import Range

from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class VerificationSettings:
    """Settings of the verifying processes and how wide they run a text."""

    verify_processes: int = setting(
        1, "verifying processes of one web process", validate=Range(min=1, max=64)
    )
    verify_timeout_s: int = setting(
        120,
        "seconds after which a verification of level `standard` is ended",
        validate=Range(min=1, max=3600),
    )
    verify_memory_mib: int = setting(
        6144, "mebibytes that a verification may use", validate=Range(min=256, max=1_048_576)
    )
    verify_queue: int = setting(
        8,
        "requests of one web process that may wait for a verification; the next is told 503",
        validate=Range(min=0, max=10_000),
    )
    verify_wait_s: int = setting(
        30,
        "seconds that such a request waits at most, before it is told 503",
        validate=Range(min=1, max=3600),
    )
    full_width_multiply_adds: int = setting(
        5 * 10**9,
        "predicted multiply-adds up to which a text is run at its full width; equal on all replicas",
        validate=Range(min=1, max=10**15),
    )
    full_width_mib: int = setting(
        512,
        "predicted mebibytes up to which it is; equal on all replicas",
        validate=Range(min=1, max=1_048_576),
    )
    reduced_width_multiply_adds: int = setting(
        10**9,
        "predicted multiply-adds of the narrower width that is run above; equal on all replicas",
        validate=Range(min=1, max=10**15),
    )
    reduced_width_mib: int = setting(
        512,
        "predicted mebibytes of that width; equal on all replicas",
        validate=Range(min=1, max=1_048_576),
    )
