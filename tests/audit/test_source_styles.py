"""Sources are read as torch runs them: each style is executed, and read by the audit."""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from designer.audit.interpreter.network_finder import read_source
from designer.audit.trace import AuditNetwork, trace_network
from tests.audit.source_styles import IMPORTS, STYLES


def executed_shape(text: str, input_shape: list[int]) -> list[int]:
    """Output shape of one sample when torch runs the network of a style."""
    tree = ast.parse(IMPORTS + text)
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        name = ast.Name(id="network", ctx=ast.Store())
        tree.body[-1] = ast.fix_missing_locations(ast.Assign(targets=[name], value=last.value))
        ast.fix_missing_locations(tree)
    scope: dict[str, Any] = {}
    exec(compile(tree, "style", "exec"), scope)
    made = [value for value in scope.values() if isinstance(value, nn.Module)]
    if not made:
        classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        made = [scope[classes[-1]]()]
    with torch.no_grad():
        return list(made[-1](torch.zeros(2, *input_shape)).shape[1:])


@pytest.mark.torch
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("head", [IMPORTS, ""], ids=["with imports", "without"])
def test_a_style_is_read_as_torch_runs_it(
    style: str, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output shape is the same from the source alone and from the run."""
    library = ModuleType("pytorch_lightning")
    vars(library)["LightningModule"] = nn.Module
    monkeypatch.setitem(sys.modules, library.__name__, library)
    input_shape, output_shape, text = STYLES[style]
    source = read_source(head + text, input_shape=tuple(input_shape))
    trace = trace_network(AuditNetwork(input_shape=tuple(input_shape), layers=source.layers))
    assert trace.layer_error is None
    assert list(trace.output_shape or ()) == output_shape
    if head:
        assert executed_shape(text, input_shape) == output_shape
