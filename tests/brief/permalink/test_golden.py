"""Ids that a release published mean the same networks in every later release."""

from __future__ import annotations

import json

import pytest

from designer.brief.permalink import write_id
from designer.pipeline.make_design import recall_design
from tests.brief.permalink.golden import COUNT, FILE, golden_row

ROWS = json.loads(FILE.read_text())


def test_there_are_a_hundred() -> None:
    assert len({row["id"] for row in ROWS}) >= COUNT


@pytest.mark.parametrize("row", ROWS, ids=[row["id"][:12] for row in ROWS])
def test_an_old_id_means_the_same_networks(row: dict[str, object]) -> None:
    """Sizes, parameters and every layer are recomputed from the id alone, without a search."""
    result = recall_design(str(row["id"]))
    assert golden_row(result) == row
    assert write_id(result.brief, result.chain) == row["id"]
