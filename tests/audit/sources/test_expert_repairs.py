"""Repairs of sources with a known fault: what an expert would do comes first, and all of them run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.sources.test_source_repairs import patched
from tests.support import SOAK

Json = dict[str, Any]

CASES: list[Json] = [
    case
    for case in json.loads(
        Path(__file__).with_name("audit_sources.json").read_text(encoding="utf-8")
    )
    if case["fault"]
]
SAMPLE = CASES if SOAK else CASES[1::3]
LEAST_FIRST = 0.8


def as_request(case: Json) -> Json:
    """The audit request of a case, with the shapes that are wanted."""
    inputs = [
        {"shape": each["shape"][1:], "dtype": each["dtype"]}
        | ({"high": each["high"]} if each.get("high") else {})
        for each in case["inputs"]
    ]
    wanted = case["fault"]["wanted"]
    shapes = wanted if isinstance(wanted[0], list) else [wanted]
    request: Json = {"source": case["source"], "inputs": inputs, "batch": 2}
    request |= {"network": case["network"]} if case["network"] else {}
    return request | {"wanted_shapes": [shape[1:] for shape in shapes]}


def without_space(text: str) -> str:
    """A text in which line breaks and blanks do not count."""
    return "".join(text.split())


def with_edits(text: str, edits: list[Any]) -> str:
    """A text after edits of single lines."""
    lines = text.split("\n")
    for line, old, new in edits:
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)


@pytest.mark.torch
@pytest.mark.slow
def test_what_an_expert_would_do_comes_first(pool: Pool, tmp_path: Path) -> None:
    """In at least 80 % of the cases; each case has a repair, and each repair gives what it says."""
    first: dict[str, bool] = {}
    for case in SAMPLE:
        request = as_request(case)
        answer: Any = audit(read_request(request), runner=pool.run)
        assert answer["verdict"] != "fits", case["id"]
        assert answer["repairs"], case["id"]
        texts = [patched(case["source"], each["diff"], tmp_path) for each in answer["repairs"]]
        for text, repair in zip(texts[:2], answer["repairs"], strict=False):
            again: Any = audit(read_request(request | {"source": text}), runner=pool.run)
            assert (again["verdict"], again["outputs"]) == ("fits", repair["outputs"]), case["id"]
        fixes = [fix for fix in case["fault"]["fixes"] if fix.get("expert")]
        expected = {without_space(with_edits(case["source"], fix["edits"])) for fix in fixes}
        first[case["id"]] = without_space(texts[0]) in expected
    assert sum(first.values()) >= LEAST_FIRST * len(first), first
