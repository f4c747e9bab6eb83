"""Concatenated lists of tensors: read with the channels in the same order as in torch."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from designer.audit.interpreter.network_finder import read_source
from designer.audit.interpreter.source_parser import SourceRefused
from designer.audit.layers_json import audit_layer_document
from tests.audit.eager_torch import apply

TEXT = """
class Net(nn.Module):
    def forward(self, x):
        a = F.max_pool2d(x, 3, 1, 1)
        b = F.avg_pool2d(a, 3, 1, 1)
        c = F.max_pool2d(b, 5, 1, 2)
        return {}
"""
ORDERS = [names for count in (1, 2, 3, 4) for names in permutations("xabc", count) if "c" in names]
CONCATENATION_CALLS = (
    "torch.cat([{}], 1)",
    "torch.cat(({},), dim=1)",
    "torch.cat([{}], -3)",
    "torch.concat(tensors=[{}], axis=1)",
    "torch.hstack([{}])",
)


def executed(text: str, picture: Tensor) -> Tensor:
    scope: dict[str, Any] = {"nn": nn, "torch": torch, "F": functional}
    exec(text, scope)
    given: Tensor = scope["Net"]()(picture)
    return given


@pytest.mark.torch
@pytest.mark.parametrize("names", [*ORDERS, ("a", "a", "c"), ("c", "c", "c")])
def test_channels_keep_the_order_of_the_list(names: tuple[str, ...]) -> None:
    """The layers that are read have the same output as the source, number for number."""
    torch.manual_seed(0)
    picture = torch.randn(2, 3, 9, 7)
    for call in CONCATENATION_CALLS:
        text = TEXT.format(call.format(", ".join(names)))
        seen = [picture]
        for layer in read_source(text, input_shape=(3, 9, 7)).layers:
            seen.append(apply(audit_layer_document(layer), seen, training=True))
        assert torch.equal(seen[-1], executed(text, picture))


REFUSED = {
    "torch.cat([a, b, c])": "not along the batch (dim 0)",
    "torch.cat([a, b, c], 2)": "not along dim 2",
    "torch.cat([a, b, c], -1)": "not along dim -1",
    "torch.cat([a, b, c], dim=1.0)": "not along dim 1.0",
    "torch.cat([a, b, c], True)": "not along dim True",
    "torch.cat([], 1)": "no tensors",
    "torch.cat([a, b], 1)": "a branch",
    "torch.cat(x, 1)": "tensors concatenated here",
    "F.relu(torch.stack([a, b, c]))": "stack(…) is not followed",
}


@pytest.mark.parametrize("call", REFUSED)
def test_unsupported_concatenations_are_refused_with_their_line(call: str) -> None:
    """The refusal has the line of the call and the reason."""
    with pytest.raises(SourceRefused) as refused:
        read_source(TEXT.format(call), input_shape=(3, 9, 7))
    assert refused.value.line == 7
    assert REFUSED[call] in str(refused.value)
