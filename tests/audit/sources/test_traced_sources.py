"""Sources in the ways people write them: the tracer says what torch says.

``field_sources.json`` and ``audit_sources.json`` hold torch's truth, with a batch of 2. A case of the
first file has ``expect``: the verdict, ``several`` for any of several networks, or ``source_failed``
and a part of the message.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from designer.audit.sources.candidate_choice import choose_candidate
from designer.audit.sources.source_text import read_source_text
from designer.audit.sources.trace_reply import CandidateRun, RaisedError, SourceRun, read_run
from tests.support import soak_count

pytestmark = pytest.mark.torch

HERE = Path(__file__).parent
FIELD: list[dict[str, Any]] = json.loads((HERE / "field_sources.json").read_text())
SAMPLE = FIELD[:: soak_count(4, 1)]
PUBLISHED: list[dict[str, Any]] = json.loads((HERE / "audit_sources.json").read_text())
BATCH = 2


def job_of(case: dict[str, Any], inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """The tracer's job for a case."""
    files = case.get("files") or {"source.py": read_source_text(case["source"], "/source")}
    return {"files": files, "network": case["network"], "inputs": inputs, "batch": BATCH}


def field_job(case: dict[str, Any]) -> dict[str, Any]:
    """The job of a field case; inputs have names only where the network asks for them."""
    named = case["by_name"]
    return job_of(
        case,
        [
            {key: value for key, value in each.items() if named or key != "name"}
            for each in case["inputs"]
        ],
    )


def published_job(case: dict[str, Any]) -> dict[str, Any]:
    """The job of a published case, whose shapes have the batch."""
    return job_of(case, [{**each, "shape": each["shape"][1:]} for each in case["inputs"]])


def run_script(name: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a script beside this file prints for some cases."""
    done = subprocess.run(
        [sys.executable, HERE / name],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(HERE.parents[2]), "PATH": ""},
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def replies() -> dict[str, dict[str, Any]]:
    """The tracer's reply on every case, by the case's id."""
    jobs = [*map(field_job, SAMPLE), *map(published_job, PUBLISHED)]
    traced = run_script("trace_in_forks.py", jobs)
    return dict(zip((case["id"] for case in [*SAMPLE, *PUBLISHED]), traced, strict=True))


def judged_in(run: SourceRun) -> CandidateRun | None:
    """The network that an audit judges."""
    return None if run.failed else choose_candidate(run.candidates, None, BATCH)


def error_in(run: SourceRun) -> RaisedError | None:
    """The exception that an audit tells of."""
    judged = judged_in(run)
    if judged is None:
        return run.failed or (run.skipped[0] if run.skipped else None)
    return judged.raised if judged.trace is None else judged.trace.raised


def assert_same_error(run: SourceRun, truth: dict[str, Any] | None) -> None:
    """The exception has torch's type and message, and the line of the text."""
    raised = error_in(run)
    found = raised and (raised.type, raised.message, raised.line)
    assert found == (truth and (truth["type"], truth["message"], truth["line"]))


def assert_same_modules(run: SourceRun, modules: list[Any] | None) -> None:
    """The modules are called in torch's order, with torch's output shapes."""
    judged = judged_in(run)
    assert judged is not None
    if judged.trace is None or modules is None:
        return
    found = [
        [node.name, node.class_name.removeprefix("Parametrized"), node.output_shape]
        for node in judged.trace.nodes
        if node.is_module
    ]
    assert found == [
        [name, kind.removeprefix("Parametrized"), shape] for name, kind, shape in modules
    ]


def assert_same_outputs(run: SourceRun, output: Any) -> None:  # noqa: ANN401
    """The outputs have torch's shapes, nested as torch returns them."""
    judged = judged_in(run)
    assert judged is not None
    assert (judged.trace and judged.trace.outputs) == output


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: str(case["id"]))
def test_field_source_agrees_with_torch(
    case: dict[str, Any], replies: dict[str, dict[str, Any]]
) -> None:
    """A source is judged as torch judges its network, or refused for the reason that is true."""
    run, truth = read_run(replies[case["id"]]), case["truth"]
    if case["expect"].startswith("source_failed"):
        raised, judged = error_in(run), judged_in(run)
        expected = case["expect"].removeprefix("source_failed ")
        assert raised is not None
        assert expected in f"{raised.stand_in} {raised.message}"
        assert judged is None or raised.stand_in or not raised.in_torch_constructor
        return
    if case["expect"] == "several":
        assert {each.class_name for each in run.candidates} >= {"Encoder", "Decoder", "AutoEncoder"}
        return
    assert_same_error(run, truth["error"])
    assert_same_outputs(run, truth["output"])
    assert_same_modules(run, truth["modules"])


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: str(case["id"]))
def test_published_source_agrees_with_torch(
    case: dict[str, Any], replies: dict[str, dict[str, Any]]
) -> None:
    """Outputs, exception with its line, and modules in call order are torch's."""
    run, truth = read_run(replies[case["id"]]), case["truth"]
    assert_same_error(run, truth["error"])
    assert_same_outputs(run, truth["output"])
    assert_same_modules(run, truth["modules"])


def test_truth_of_the_corpus_is_what_torch_says() -> None:
    """The truth that is stored is recomputed by torch alone, for a sample of the sources."""
    plain = [case for case in FIELD if case["runs_plainly"]]
    cases = plain[:: soak_count(6, 1)]
    texts = [{**case, "plain": case.get("plain", case.get("source"))} for case in cases]
    for case, found in zip(cases, run_script("plain_torch.py", texts), strict=True):
        truth = {name: case["truth"][name] for name in ("output", "error")}
        assert found == truth, case["id"]


def test_a_wrong_truth_is_noticed(replies: dict[str, dict[str, Any]]) -> None:
    """The comparison can fail: a case does not agree with another output or line."""
    run = read_run(replies["f-side-02"])
    with pytest.raises(AssertionError):
        assert_same_outputs(run, [2, 1])
    with pytest.raises(AssertionError):
        assert_same_error(run, {"type": "RuntimeError", "message": "", "line": 1})
