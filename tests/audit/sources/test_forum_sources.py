"""Sources as posted in forums, judged as plain torch judges them."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.sources.eager import run_text
from tests.audit.sources.forum_sources import FORUM_SOURCES, source_text
from tests.support import SOAK, soak_count

pytestmark = [pytest.mark.torch]


@pytest.mark.parametrize("name", [*FORUM_SOURCES][:: soak_count(2, 1)])
def test_a_forum_source_is_judged_as_torch_does(name: str, pool: Pool) -> None:
    """Same verdict, shape, message and line, for two samples, and for one that may be squeezed."""
    shape, text = FORUM_SOURCES[name]["input_shape"], source_text(FORUM_SOURCES[name])
    for batch in (1, 2) if SOAK or "squeeze" in text else (2,):
        expected = run_text(text, shape, batch)
        request = {"input_shape": shape, "source": text, "batch": batch}
        answer: Any = audit(read_request(request), runner=pool.run)
        folds = bool(expected.shape) and expected.shape[:1] != [batch]
        verdict = "breaks" if expected.message else "misses" if folds else "fits"
        assert answer["verdict"] == verdict, (batch, expected, answer["reason"])
        assert answer["outputs"] == expected.shape
        assert answer["torch_error"] == expected.message
        if expected.message:
            assert answer["raised"]["line"] == expected.line
