"""Settings for the verifying processes and the width at which they run a network."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow.validate import ContainsOnly, OneOf, Range

from designer.verification.sandbox.layers import LAYER_NAMES, REQUIRED_LAYERS
from service.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class VerificationSettings:
    """Settings for the verifying processes and the width at which they run a network."""

    verify_processes: int = setting(
        1, "verifying processes per web process", validate=Range(min=1, max=64)
    )
    verify_timeout_s: int = setting(
        120,
        "time limit of a verification of level `standard` in seconds",
        validate=Range(min=1, max=3600),
    )
    verify_memory_mib: int = setting(
        6144, "memory limit of a verification in mebibytes", validate=Range(min=256, max=1_048_576)
    )
    verify_queue: int = setting(
        8,
        "requests per web process that may wait for a verification; more are answered 503",
        validate=Range(min=0, max=10_000),
    )
    verify_wait_s: int = setting(
        30,
        "seconds that a request waits for a verification before it is answered 503",
        validate=Range(min=1, max=3600),
    )
    sandbox_require: tuple[str, ...] = setting(
        REQUIRED_LAYERS,
        "layers of the sandbox that must hold before a foreign text is run, separated by commas; empty"
        " for none",
        validate=ContainsOnly(LAYER_NAMES),
        kind="list",
    )
    run_source: str = setting(
        "auto",
        "whether audits run the source that clients send: `auto` if the sandbox has the required layers"
        " and the service asks for keys or listens on a loopback address, `never`, or `always` if the"
        " sandbox has the required layers",
        validate=OneOf(("auto", "never", "always")),
        kind="str",
    )
    trace_timeout_s: int = setting(
        20,
        "time limit of running the source of an audit once, in seconds",
        validate=Range(min=1, max=600),
    )
    full_width_multiply_adds: int = setting(
        5 * 10**9,
        "predicted multiply-adds up to which a network is verified at full width; must be equal on"
        " all replicas",
        validate=Range(min=1, max=10**15),
    )
    full_width_mib: int = setting(
        512,
        "predicted mebibytes up to which a network is verified at full width; must be equal on all"
        " replicas",
        validate=Range(min=1, max=1_048_576),
    )
    reduced_width_multiply_adds: int = setting(
        10**9,
        "maximum predicted multiply-adds at reduced width; must be equal on all replicas",
        validate=Range(min=1, max=10**15),
    )
    reduced_width_mib: int = setting(
        512,
        "maximum predicted mebibytes at reduced width; must be equal on all replicas",
        validate=Range(min=1, max=1_048_576),
    )
