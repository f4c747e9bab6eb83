"""The receipt: predicted and measured values, and the verdict derived from them.

A receipt stores no verdict: it is computed from the checks at each access, so that a receipt with a
failed check cannot be ``verified``. It contains no durations: verifying the same source again gives
the same receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from designer.brief.options import Level
from designer.reasons import Reason, read_reason, reason_documents
from designer.validation.json_readers import JsonValue

Verdict = Literal["verified", "refuted", "not_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A predicted value, the measured value, and whether they agree.

    ``passed`` is None if the check was not run; ``reason`` says why, or where the values differ.
    ``tolerance`` is the largest difference that passes, None if the two must be equal.
    """

    name: str
    passed: bool | None
    predicted: JsonValue = None
    measured: JsonValue = None
    tolerance: float | None = None
    reason: Reason | None = None

    @property
    def detail(self) -> str:
        """The reason as a sentence, empty without one."""
        return "" if self.reason is None else self.reason.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """The constructor arguments of the run; ``full``: whether they are the design's own."""

    full: bool
    generator: Mapping[str, int]
    discriminator: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A receipt. ``width`` is None if the source was not run.

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
        """``refuted`` if a check failed, else ``verified`` if the source was run."""
        if any(check.passed is False for check in self.checks):
            return "refuted"
        return "not_run" if self.width is None else "verified"

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.passed is False)


def receipt_json(receipt: Verification) -> dict[str, JsonValue]:
    """The receipt as JSON: the ``verification`` object of a design."""
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
    """The receipt of a JSON document; inverts ``receipt_json``.

    >>> width = Width(full=True, generator={"base_channels": 64}, discriminator=None)
    >>> receipt = Verification(level=Level.STANDARD, checks=(Check(name="load", passed=True),),
    ...                        width=width, torch_version="2.13.0", seed=0, source_sha256="0" * 64)
    >>> read_receipt(receipt_json(receipt)) == receipt
    True

    Raises:
        ValueError: if it is not a receipt, or its verdict does not follow from its checks.
    """
    try:
        width = document["width"]
        receipt = Verification(
            level=Level(document["level"]),
            checks=tuple(map(_read_check, document["checks"])),
            width=None if width is None else Width(**width),
            torch_version=document["torch_version"],
            seed=document["seed"],
            source_sha256=document["source_sha256"],
        )
        same = receipt_json(receipt) == document
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a receipt: {error}") from error
    if not same or any(check.passed not in (True, False, None) for check in receipt.checks):
        raise ValueError("not a receipt: the verdict does not follow from the checks")
    return receipt


def portable_receipt(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A receipt's JSON without the values that differ between machines: versions and rounding.

    The last digits of measured floats depend on the processor; whether they pass does not.

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
    reasons = [] if check.reason is None else [check.reason]
    fields = {name: getattr(check, name) for name in _CHECK_FIELDS}
    return {**fields, "detail": check.detail, "reasons": reason_documents(reasons)}


def _read_check(document: JsonValue) -> Check:
    reasons = [read_reason(each) for each in document["reasons"]]
    fields = {name: document[name] for name in _CHECK_FIELDS}
    return Check(**fields, reason=reasons[0] if reasons else None)


_CHECK_FIELDS = ("name", "passed", "predicted", "measured", "tolerance")
"""The fields of a check that are JSON values."""


def _width_json(width: Width) -> dict[str, JsonValue]:
    discriminator = None if width.discriminator is None else dict(width.discriminator)
    return {"full": width.full, "generator": dict(width.generator), "discriminator": discriminator}
