"""Sources that cannot be followed after a layer that fails: the layer is diagnosed regardless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.interpreter.network_finder import read_source
from designer.audit.interpreter.source_parser import SourceRefused
from designer.audit.request import read_request
from tests.audit.forum_sources import BEHIND, source_text
from tests.audit.test_repairs import run_in_process
from tests.audit.test_source_diff import patched
from tests.audit.test_source_forum import executed


@pytest.mark.torch
@pytest.mark.parametrize("name", BEHIND)
def test_the_failing_layer_is_named_and_repaired(name: str, tmp_path: Path) -> None:
    """The message is torch's; every repair leads to a source that torch runs to its end."""
    shape, text = BEHIND[name]["input_shape"], source_text(BEHIND[name])
    answer: Any = audit(read_request({"input_shape": shape, "source": text}), runner=run_in_process)
    assert (answer["verdict"], answer["fails_at"]) == ("breaks", 0)
    assert answer["torch_error"] == executed(text, shape, 2)[1]
    for repair in answer["repairs"]:
        edited = patched(text, repair["diff"], tmp_path) if repair["diff"] else text
        if "LSTM" not in text and "Linear" not in text:
            assert executed(edited, repair["input_shape"], 2)[1] is None
        layers = read_source(
            edited, input_shape=tuple(repair["input_shape"]), allow_partial=True
        ).layers
        assert layers[0].op == answer["layers"][0]["op"]


def test_the_reason_names_the_unsupported_construct() -> None:
    """The line and why it was not followed; if no layer fails, the same line is refused."""
    text = source_text(
        {"made": ["self.c = nn.Conv2d(4, 8, 3)"], "done": ["y = self.c(x)", "return y.sort()"]}
    )
    answer: Any = audit(read_request({"input_shape": [3, 9, 9], "source": text}), runner=None)
    assert answer["reason"].endswith(
        " The code after it was not followed: line 8: sort(…) on a tensor cannot be followed."
    )
    with pytest.raises(SourceRefused, match="line 8: sort"):
        read_source(text, input_shape=(4, 9, 9))


def test_a_repair_that_only_moves_the_failure_is_not_offered() -> None:
    """The rest is read again with every repair; here its linear layer fails for all of them."""
    text = source_text(
        {
            "made": ["self.c = nn.Conv2d(4, 8, 3)", "self.l = nn.Linear(10, 2)"],
            "done": ["y = self.c(x)[:, :, 1:]", "return self.l(y.flatten(1))"],
        }
    )
    answer: Any = audit(read_request({"input_shape": [3, 9, 9], "source": text}), runner=None)
    assert (answer["verdict"], answer["fails_at"]) == ("breaks", 0)
    assert "was not followed: line 8" in answer["reason"]
    assert (answer["repairs"], answer["nearest"]["input_shapes"]) == ([], [])
