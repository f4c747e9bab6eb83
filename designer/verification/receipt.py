"""The receipt: what was predicted, what torch did, and the verdict that follows.

A receipt holds no verdict of its own: it is derived from the checks each time it is asked for, so
that no receipt can say ``verified`` beside a check that failed. It holds no seconds either: the same
text gives the same receipt, whenever and wherever it is verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from designer.brief.model import Level
from designer.validation.json_readers import JsonValue

Verdict = Literal["verified", "refuted", "not_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One claim: what was predicted and what was measured.

    ``passed`` is None where the check was not run; ``detail`` then says why. ``tolerance`` is the
    largest difference that passes, None where the two must be equal.
    """

    name: str
    passed: bool | None
    predicted: JsonValue = None
    measured: JsonValue = None
    tolerance: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """The constructor arguments that the networks were run with; ``full``: the design's own."""

    full: bool
    generator: Mapping[str, int]
    discriminator: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A receipt. ``width`` is None where the text was not run.

    >>> shapes = Check(name="generator.shapes", passed=True)
    >>> width = Width(full=True, generator={"base_channels": 64}, discriminator=None)
    >>> receipt = Verification(level=Level.STANDARD, checks=(shapes,), width=width,
    ...                        torch_version="2.13.0", seed=0, source_sha256="0" * 64)
    >>> receipt.verdict
    'verified'
    """

    level: Level
    checks: tuple[Check, ...]
    width: Width | None
    torch_version: str | None
    seed: int
    source_sha256: str

    @property
    def verdict(self) -> Verdict:
        """``refuted`` where a check failed, else ``verified`` where the text was run."""
        if any(check.passed is False for check in self.checks):
            return "refuted"
        return "not_run" if self.width is None else "verified"

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.passed is False)


def receipt_json(receipt: Verification) -> dict[str, JsonValue]:
    """The receipt as the body of an answer: the ``verification`` object of a design."""
    return {
        "verdict": receipt.verdict,
        "level": receipt.level,
        "checks": [_check_json(check) for check in receipt.checks],
        "width": None if receipt.width is None else _width_json(receipt.width),
        "torch_version": receipt.torch_version,
        "seed": receipt.seed,
        "source_sha256": receipt.source_sha256,
    }


def read_receipt(document: JsonValue) -> Verification:
    """The receipt whose JSON this is.

    >>> width = Width(full=True, generator={"base_channels": 64}, discriminator=None)
    >>> receipt = Verification(level=Level.STANDARD, checks=(Check(name="load", passed=True),),
    ...                        width=width, torch_version="2.13.0", seed=0, source_sha256="0" * 64)
    >>> read_receipt(receipt_json(receipt)) == receipt
    True

    Raises:
        ValueError: where it is the JSON of no receipt, or its verdict is not that of its checks.
    """
    try:
        width = document["width"]
        receipt = Verification(
            level=Level(document["level"]),
            checks=tuple(Check(**check) for check in document["checks"]),
            width=None if width is None else Width(**width),
            torch_version=document["torch_version"],
            seed=document["seed"],
            source_sha256=document["source_sha256"],
        )
        same = receipt_json(receipt) == document
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no receipt: {error}") from error
    if not same or any(check.passed not in (True, False, None) for check in receipt.checks):
        raise ValueError("this is no receipt: its verdict is not that of its checks")
    return receipt


def portable_receipt(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A receipt's JSON without what may differ between machines that agree: versions and rounding.

    Measured numbers with a fraction depend on the processor in their last digits; whether they
    passed does not.

    >>> check = {"name": "range", "passed": True, "measured": [-0.73, 0.76]}
    >>> portable_receipt({"torch_version": "2.13.0", "checks": [check]})["checks"]
    [{'name': 'range', 'passed': True, 'measured': None}]
    """
    checks = [
        {**check, "measured": None} if _has_fraction(check["measured"]) else dict(check)
        for check in document["checks"]
    ]
    return {**document, "torch_version": None, "checks": checks}


def _has_fraction(value: JsonValue) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_fraction, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_fraction, value))
    return isinstance(value, float)


def _check_json(check: Check) -> dict[str, JsonValue]:
    return {name: getattr(check, name) for name in Check.__slots__}


def _width_json(width: Width) -> dict[str, JsonValue]:
    discriminator = None if width.discriminator is None else dict(width.discriminator)
    return {"full": width.full, "generator": dict(width.generator), "discriminator": discriminator}
