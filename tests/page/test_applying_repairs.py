"""The page's code for applying repairs, run in Node; the library audits its results."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.published_cases import DIAGNOSES, Json, as_request
from tests.audit.sources.source_styles import IMPORTS, STYLES
from tests.audit.sources.test_source_repairs import WRONG, patched
from tests.page.test_messages import run_node

APPLY_REPAIRS = """
const { applyChanges, applyDiff } = await load("apply-repairs.mjs");
console.log(JSON.stringify(given.repairs.map(({ diff, changes }) => ({
  source: diff && applyDiff(given.source, diff),
  layers: applyChanges(given.layers, changes),
}))));
"""


def answer_to(request: Json) -> Json:
    """The audit, checked by arithmetic only."""
    answer: Json = audit(read_request(request), runner=None)
    return answer


def assert_repaired(request: Json, repair: Json, changed: Json) -> None:
    """Check that the changed network fits and has the output shape of the repair."""
    shape = {"input_shape": repair["input_shape"], "wanted_shape": request.get("wanted_shape")}
    audited = answer_to({name: value for name, value in (shape | changed).items() if value})
    assert audited["output_shape"] == repair["output_shape"], repair["summary"]
    assert audited["verdict"] == "fits", repair["summary"]


CASES = [case for case in DIAGNOSES if "layers" in case["given"]]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_layer_changes_are_applied_correctly(case: Json) -> None:
    """Every repair of every published problem: changed fields, added and removed layers, skips."""
    wanted = case["expected"].get("wanted_shape")
    shape: Json = {"wanted_shape": wanted} if wanted else {}
    layers = as_request(case["given"]["layers"])
    request = {"input_shape": case["given"]["input_shape"], "layers": layers, **shape}
    answer = answer_to(request)
    applied: list[Json] = run_node(
        APPLY_REPAIRS, source="", layers=layers, repairs=answer["repairs"]
    )
    for repair, changed in zip(answer["repairs"], applied, strict=True):
        assert_repaired(request, repair, {"layers": changed["layers"]})


SKIPPED: list[Json] = [
    {"op": "conv", "in_channels": 1, "out_channels": 4, "kernel_size": 3, "padding": 1},
    {"op": "max_pool", "kernel_size": 2},
    {"op": "conv_transpose", "in_channels": 4, "out_channels": 4, "kernel_size": 2, "stride": 2},
    {"op": "concat_from", "from": 0},
    {"op": "conv", "in_channels": 8, "out_channels": 1, "kernel_size": 3, "padding": 1},
]


@pytest.mark.parametrize("side", [15, 21])
def test_skips_keep_their_source_layers(side: int) -> None:
    """A U-Net with an odd size: added layers shift the index of the skip's source."""
    request = {"input_shape": [1, side, side], "layers": SKIPPED}
    answer = answer_to(request)
    assert answer["verdict"] == "breaks"
    added = [
        repair
        for repair in answer["repairs"]
        if any(change["field"] == "layer" for change in repair["changes"])
    ]
    assert added
    applied: list[Json] = run_node(
        APPLY_REPAIRS, source="", layers=SKIPPED, repairs=answer["repairs"]
    )
    for repair, changed in zip(answer["repairs"], applied, strict=True):
        assert_repaired(request, repair, {"layers": changed["layers"]})


@pytest.mark.torch
@pytest.mark.parametrize("style", [*WRONG][:3])
def test_a_diff_is_applied_as_git_applies_it(style: str, tmp_path: Path, pool: Pool) -> None:
    """The result is equal byte for byte, for every diff of several source styles."""
    input_shape, output_shape, text = STYLES[style]
    right, wrong = WRONG[style]
    text = IMPORTS + text.replace(right, wrong)
    request = {"input_shape": input_shape, "source": text, "wanted_shape": output_shape}
    answer: Json = audit(read_request(request), runner=pool.run)
    given = [repair for repair in answer["repairs"] if repair["diff"]]
    assert given
    applied: list[Json] = run_node(
        APPLY_REPAIRS, source=text, layers=answer["layers"], repairs=given
    )
    for repair, changed in zip(given, applied, strict=True):
        assert changed["source"] == patched(text, repair["diff"], tmp_path)


def test_a_diff_of_another_text_is_not_applied() -> None:
    diff = "--- source.py\n+++ source.py\n@@ -1 +1 @@\n-nn.Linear(9, 2)\n+nn.Linear(8, 2)\n"
    [applied] = run_node(
        APPLY_REPAIRS, source="nn.Linear(7, 2)", layers=[], repairs=[{"diff": diff, "changes": []}]
    )
    assert applied["source"] is None
