"""Measurements that a source has forged: the receipt is refuted or as before, and nothing is raised."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from designer.brief.options import Level
from designer.networks import Gan
from designer.source import render_source
from designer.validation.json_readers import JsonValue
from designer.verification import Pool, Verification, WidthPolicy, verify_text
from designer.verification.predictions import plan_verification
from designer.verification.reply import read_reply
from designer.verification.verify import COMPARISONS
from tests.networks.network_factory import PLAIN, make_gan
from tests.support import soak_count

pytestmark = [pytest.mark.torch, pytest.mark.slow]

Path = tuple[str | int, ...]

FORGED: dict[str, JsonValue] = {
    "null": None,
    "true": True,
    "a negative number": -1.5,
    "an integer that no float holds": 10**400,
    "not a number": float("nan"),
    "infinity": float("-inf"),
    "text": "verified",
    "an empty list": [],
    "a list": [{}, None, "x", 1],
    "an empty object": {},
    "an object": {"error": None, "difference": 0.0, "at": 1},
}


@pytest.fixture(scope="module")
def gan() -> Gan:
    """A design with labels and sub-pixel layers, so that most checks have measurements."""
    return make_gan((16, 16), PLAIN, PLAIN, classes=3, base_channels=4)


@pytest.fixture(scope="module")
def measured(gan: Gan, pool: Pool) -> dict[str, JsonValue]:
    """The measurements of a correct source at level ``full``."""
    found: dict[str, JsonValue] = {}

    def keep(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        found.update(pool.run(job, discard=discard))
        return found

    assert receipt_of(gan, keep).verdict == "verified"
    return found


def receipt_of(gan: Gan, runner: Any) -> Verification:  # noqa: ANN401
    """The receipt of a correct source at level ``full``."""
    source = render_source(gan)
    return verify_text(source.text, source.sha256, gan, level=Level.FULL, runner=runner)


def paths(value: JsonValue, start: Path = ()) -> Iterator[Path]:
    """The path of every part of a value."""
    yield start
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value or ())
        if isinstance(value, list)
        else ()
    )
    for key, part in parts:
        yield from paths(part, (*start, key))


def replaced(value: JsonValue, path: Path, part: JsonValue) -> JsonValue:
    """A value with another part at a path."""
    if not path:
        return part
    changed: Any = deepcopy(value)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = part
    return changed


def sampled_forgeries(measured: dict[str, JsonValue], count: int) -> list[tuple[Path, str]]:
    """Pairs of a path and a forged part, in a fixed shuffled order."""
    pairs = [(path, name) for path in paths(measured) if path for name in FORGED]
    return sorted(pairs, key=lambda pair: sha256(repr(pair).encode()).hexdigest())[:count]


def test_forged_measurements_raise_nothing(gan: Gan, measured: dict[str, JsonValue]) -> None:
    """Whatever part of a reply is another value, the reply is an accident, or its checks are JSON."""
    plan = plan_verification(gan, level=Level.FULL, policy=WidthPolicy())
    outcomes: Counter[str] = Counter()
    for path, name in sampled_forgeries(measured, soak_count(400, 20_000)):
        forged = replaced(measured, path, FORGED[name])
        reply = read_reply({"measurements": forged, "threads": 1, "resident_bytes": 1})
        if "accident" in reply:
            outcomes["accident"] += 1
            continue
        checks = [
            check
            for compare in COMPARISONS[Level.FULL]
            for check in compare(plan, reply["measurements"])
        ]
        for check in checks:
            assert check.passed in (True, False, None), (path, name)
            json.dumps([check.predicted, check.measured, check.tolerance], allow_nan=False)
        outcomes["refuted" if any(check.passed is False for check in checks) else "passed"] += 1
    print(outcomes)
    assert outcomes["accident"] >= 10
    assert outcomes["refuted"] >= 100
