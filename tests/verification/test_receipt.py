"""Receipts as values: derived verdict, cache, key, portable form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.brief.options import Level
from designer.networks import Gan
from designer.source import render_source
from designer.verification import (
    Check,
    RecentReceipts,
    Verification,
    Width,
    WidthPolicy,
    portable_receipt,
    receipt_json,
    verify_source,
)
from designer.verification.receipt_store import receipt_key
from tests.verification.designs import doubling_gan


def receipt(*passed: bool | None, run: bool = True, name: str = "a check") -> Verification:
    """A receipt with checks of these outcomes."""
    return Verification(
        level=Level.STANDARD,
        checks=tuple(Check(name=name, passed=outcome) for outcome in passed),
        width=Width(full=True, generator={}, discriminator=None) if run else None,
        torch_version="2.13.0",
        seed=0,
        source_sha256="0" * 64,
    )


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (receipt(True, None), "verified"),
        (receipt(True, False), "refuted"),
        (receipt(True, None, run=False), "not_run"),
        (receipt(False, None, run=False), "refuted"),
    ],
)
def test_the_verdict_is_derived(given: Verification, verdict: str) -> None:
    """One failure refutes; a source that was not run is not verified."""
    assert given.verdict == verdict
    assert receipt_json(given)["verdict"] == verdict


def test_the_store_drops_the_least_recently_used() -> None:
    """Reading a receipt makes it the most recently used."""
    store = RecentReceipts(max_receipts=2)
    first, second, third = (receipt(True, name=name) for name in ("first", "second", "third"))
    store.put("1", first)
    store.put("2", second)
    assert store.get("1") == first
    store.put("3", third)
    assert [store.get(key) for key in "123"] == [first, None, third]


def test_a_stored_receipt_is_not_measured_twice(dcgan: Gan) -> None:
    """The runner is not called if the store has the receipt; another policy has another key."""
    store, policy, source = RecentReceipts(), WidthPolicy(), render_source(dcgan)
    kept = receipt(True)
    store.put(receipt_key(source.sha256, dcgan, level=Level.STANDARD, policy=policy), kept)

    def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
        raise LookupError("this is run")

    answer = verify_source(source, dcgan, level=Level.STANDARD, runner=runner, store=store)
    assert answer is kept
    other = replace(policy, full_bytes=policy.full_bytes + 1)
    with pytest.raises(LookupError):
        verify_source(source, dcgan, level=Level.STANDARD, runner=runner, store=store, policy=other)


def test_the_key_depends_on_source_design_level_and_policy(dcgan: Gan) -> None:
    """The key contains everything that a receipt depends on."""
    policy = WidthPolicy()
    keys = {
        receipt_key("0", dcgan, level=Level.STANDARD, policy=policy),
        receipt_key("1", dcgan, level=Level.STANDARD, policy=policy),
        receipt_key("0", dcgan, level=Level.FULL, policy=policy),
        receipt_key("0", doubling_gan(3), level=Level.STANDARD, policy=policy),
        receipt_key("0", dcgan, level=Level.STANDARD, policy=replace(policy, full_bytes=1)),
    }
    assert len(keys) == 5


def test_the_portable_receipt_leaves_rounding_out() -> None:
    """Integers, names and verdicts remain; floats and versions are removed."""
    checks = (
        Check(name="count", passed=True, measured={"reached": 14, "missing": []}),
        Check(name="range", passed=True, predicted=[-1.0, 1.0], measured=[-0.5, 0.5]),
        Check(name="init", passed=True, measured={"weight": {"mean": 0.02}}),
    )
    document = portable_receipt(receipt_json(replace(receipt(True), checks=checks)))
    measured = [check["measured"] for check in document["checks"]]
    assert measured == [{"reached": 14, "missing": []}, None, None]
    assert document["torch_version"] is None
    assert document["verdict"] == "verified"
