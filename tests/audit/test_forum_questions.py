"""Questions from forums: the verdict agrees with torch, and the expected repair is offered."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.verification import Pool
from tests.audit.eager_torch import run_layers
from tests.audit.forum_questions import QUESTIONS
from tests.audit.test_repairs import (
    apply_documented_changes,
    assert_best_first,
    run_in_process,
)


@pytest.mark.torch
@pytest.mark.parametrize("question", QUESTIONS)
def test_forum_questions_get_the_verdict_of_torch_and_the_expected_repair(question: str) -> None:
    """Same layer, message and shapes; every repair runs, and the expected one is offered."""
    shape, layers, more, expected = QUESTIONS[question]
    request = {"input_shape": shape, "layers": layers, **more}
    answer: Any = audit(read_request(request), runner=run_in_process)
    outcome = run_layers(layers, shape, batch=answer["batch"])
    assert answer["verdict"] == ("misses" if outcome.fails_at is None else "breaks")
    assert (answer["fails_at"], answer["torch_error"]) == (outcome.fails_at, outcome.error)
    given = [row["output_shape"] for row in answer["trace"]]
    assert [each for each in given if each is not None] == outcome.shapes
    summaries = [repair["summary"].partition("; Part")[0] for repair in answer["repairs"]]
    assert expected in summaries
    assert_best_first(answer["repairs"])
    for repair in answer["repairs"]:
        edited, start = apply_documented_changes(layers, shape, repair["changes"])
        after = run_layers(edited, start, batch=answer["batch"])
        assert after.fails_at is None, repair["summary"]
        assert after.shapes[-1] == repair["output_shape"], repair["summary"]
        assert answer["wanted_shape"] in (None, repair["output_shape"])
        assert repair["run"] != "laws_only"


SKIPS = ["torch.cat([x, y], 1)", "torch.cat((y, x), dim=1)", "x + y", "y + x", "torch.add(x, y)"]


@pytest.mark.torch
@pytest.mark.parametrize("skip", SKIPS)
def test_a_skip_mismatch_is_worded_in_source_order(skip: str, pool: Pool) -> None:
    """Torch's message has the two sizes in the order of the source, where the skip may be first."""
    text = (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.down = nn.Conv2d(3, 3, 4)\n\n"
        f"    def forward(self, x):\n        y = self.down(x)\n        return {skip}\n"
    )
    scope: dict[str, Any] = {"nn": nn, "torch": torch}
    exec(text, scope)
    with pytest.raises(RuntimeError) as raised:
        scope["Net"]()(torch.zeros(2, 3, 9, 9))
    request = {"input_shape": [3, 9, 9], "source": text, "error": str(raised.value)}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["torch_error"] == str(raised.value)
    assert answer["about_error"] == "This is the message that was seen."
    assert (answer["fails_at"], answer["trace"][-1]["line"]) == (1, 8)
