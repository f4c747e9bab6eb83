"""Sources as posted in forums: run in torch, and read by the audit without running them."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import nn

from designer.audit.answer import audit
from designer.audit.interpreter.network_finder import read_source
from designer.audit.interpreter.source_parser import SourceRefused
from designer.audit.request import read_request
from tests.audit.forum_sources import FOLLOWED, REFUSED, source_text


def executed(text: str, shape: list[int], batch: int) -> tuple[list[int] | None, str | None]:
    """The output shape of one sample, or torch's message."""
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional}
    exec(text, scope)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(scope["Net"]()(torch.zeros(batch, *shape)).shape[1:]), None
        except (RuntimeError, ValueError, IndexError) as error:
            return None, str(error)


@pytest.mark.torch
@pytest.mark.parametrize("name", FOLLOWED)
def test_a_forum_source_is_judged_as_torch_does(name: str) -> None:
    """Same verdict, shape and message, for one sample and for two."""
    shape, text = FOLLOWED[name]["input_shape"], source_text(FOLLOWED[name])
    for batch in (1, 2):
        end, error = executed(text, shape, batch)
        request = {"input_shape": shape, "source": text, "batch": batch}
        if batch == 1 and "squeeze()" in text:
            with pytest.raises(SourceRefused, match="takes the batch axis away"):
                read_request(request)
            continue
        answer: Any = audit(read_request(request), runner=None)
        assert answer["verdict"] == ("fits" if error is None else "breaks"), error
        assert (answer["output_shape"], answer["torch_error"]) == (end, error)


@pytest.mark.parametrize("name", REFUSED)
def test_unsupported_source_is_refused_with_the_reason(name: str) -> None:
    """The refusal has the line and the reason."""
    source = REFUSED[name]
    with pytest.raises(SourceRefused) as refused:
        read_source(source_text(source), input_shape=tuple(source["input_shape"]))
    assert source["refused"] in str(refused.value)
    assert 4 <= refused.value.line <= 12
