"""Coding styles of networks: each is run, and has the output that its first line states."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.sources.source_styles import IMPORTS, STYLES


@pytest.mark.torch
@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_run_as_it_is(style: str, pool: Pool) -> None:
    """Without its imports, as people paste it."""
    input_shape, output_shape, text = STYLES[style]
    request = {"input_shape": input_shape, "source": text}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "fits", answer["reason"]
    assert answer["output_shape"] == output_shape


@pytest.mark.torch
@pytest.mark.parametrize("style", [*STYLES][::8])
def test_another_wanted_shape_is_missed(style: str, pool: Pool) -> None:
    """With its imports; the verdict names both shapes."""
    input_shape, output_shape, text = STYLES[style]
    request = {"input_shape": input_shape, "source": IMPORTS + text}
    wanted = [*output_shape[:-1], output_shape[-1] + 1]
    missed: Any = audit(read_request({**request, "wanted_shape": wanted}), runner=pool.run)
    assert (missed["verdict"], missed["wanted_shape"]) == ("misses", wanted)
