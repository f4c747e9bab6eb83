"""Rows of jobs, compared with what the library and the errors say of the same briefs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from designer.brief.brief_json import brief_from_document
from designer.brief.model import Brief
from designer.errors import DesignerError
from designer.pipeline.design import Design, design_document
from designer.pipeline.make_design import design
from service.jobs.job import JobKind
from service.jobs.rows import ROW_FIELDS, make_row, problem_row
from service.problems.problem_document import designer_error_problem

SMALL: dict[str, Any] = {"resolution": 8, "latent_dim": 4, "base_channels": 4, "verify": "none"}
BRIEFS: dict[str, dict[str, Any]] = {
    "a generator and a discriminator": SMALL,
    "two sides": SMALL | {"resolution": [8, 12]},
    "an encoder": SMALL | {"encoder": True},
    "no discriminator": SMALL | {"discriminator": None},
    "fixed resamplers": SMALL | {"architecture": "r3gan", "expansion": 3, "group_width": 2},
}
DESIGN_KINDS = (JobKind.SWEEP, JobKind.DESIGN)
REFUSED: dict[str, dict[str, Any]] = {
    "no chain": SMALL | {"search": {"strides": [3]}, "initial_map": [7, 7]},
    "an invalid field": SMALL | {"latent_dim": 0},
    "no resolution": {"latent_dim": 4},
}


@pytest.mark.parametrize("index", [0, 7])
@pytest.mark.parametrize("name", BRIEFS)
def test_a_row_has_the_figures_of_the_design(name: str, index: int) -> None:
    """Those of the design's own document, under the names of a row; it has not failed."""
    document: Any = design_document(design(brief_from_document(BRIEFS[name])))
    document = json.loads(json.dumps(document))
    row = make_row(index, BRIEFS[name], JobKind.SWEEP, design)
    body = json.loads(row.body)
    assert (row.index, row.failed, "\n" in row.body) == (index, False, False)
    assert list(body) == ["index", *ROW_FIELDS]
    assert body["index"] == index
    assert body["id"] == document["id"]
    assert body["resolution"] == document["brief"]["resolution"]
    assert body["latent_dim"] == document["brief"]["latent_dim"]
    assert body["count"] == document["count"] > 0
    assert body["sizes"] == document["chain"]["sizes"]
    assert body["source_sha256"] == document["source"]["sha256"]
    assert (body["verdict"], body["problem"]) == ("not_run", None)
    for role in ("generator", "discriminator", "encoder"):
        names = ("parameters", "multiply_adds", "activation_bytes")
        costs = document[role] and {name: document[role][name] for name in names}
        assert body[role] == costs, role


@pytest.mark.parametrize("name", BRIEFS)
def test_the_row_of_one_design_is_its_document(name: str) -> None:
    """As `/v1/designs` answers."""
    row = make_row(0, BRIEFS[name], JobKind.DESIGN, design)
    document: Any = design_document(design(brief_from_document(BRIEFS[name])))
    assert (json.loads(row.body), row.failed) == (json.loads(json.dumps(document)), False)


@pytest.mark.parametrize("kind", DESIGN_KINDS)
@pytest.mark.parametrize("name", REFUSED)
def test_the_row_of_a_refused_brief_has_failed(name: str, kind: JobKind) -> None:
    """It has the problem that the refusal gives, and in a sweep what was requested for."""
    with pytest.raises(DesignerError) as refused:
        design(brief_from_document(REFUSED[name]))
    problem = json.loads(json.dumps(designer_error_problem(refused.value)))
    row = make_row(3, REFUSED[name], kind, design)
    assert_failed(row.body, problem, kind, REFUSED[name])
    assert (row.index, row.failed) == (3, True)


@pytest.mark.parametrize("kind", DESIGN_KINDS)
def test_a_row_that_needs_too_much_memory_has_failed(kind: JobKind) -> None:
    """Its problem is that of a failed probe."""

    def make(brief: Brief) -> Design:
        raise MemoryError

    row = make_row(1, SMALL, kind, make)
    body = json.loads(row.body)
    problem = body if kind is JobKind.DESIGN else body["problem"]
    assert (row.index, row.failed, problem["code"]) == (1, True, "probe_failed")
    assert "memory" in problem["detail"]
    assert_failed(row.body, problem, kind, SMALL)


@pytest.mark.parametrize("kind", DESIGN_KINDS)
def test_the_row_of_any_problem_has_failed(kind: JobKind) -> None:
    """Text of all alphabets stays readable."""
    problem = {"code": "example", "detail": "größer als 8×8"}
    row = problem_row(2, {"resolution": [8, 8]}, kind, problem)
    assert (row.index, row.failed) == (2, True)
    assert "größer als 8×8" in row.body
    assert_failed(row.body, problem, kind, {"resolution": [8, 8]})


def assert_failed(
    text: str, problem: dict[str, Any], kind: JobKind, document: dict[str, Any]
) -> None:
    """The row has the problem and, in a sweep, nulls for all figures."""
    body = json.loads(text)
    assert "\n" not in text
    if kind is JobKind.DESIGN:
        assert body == problem
        return
    requested = {name: document.get(name) for name in ("resolution", "latent_dim")}
    index = body.pop("index")
    assert isinstance(index, int)
    assert body == {**dict.fromkeys(ROW_FIELDS), **requested, "problem": problem}
