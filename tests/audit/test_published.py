"""Published networks are traced exactly as torch ran them, and published problems are found."""

from __future__ import annotations

import pytest

from designer.audit.layers_json import read_audit_layers
from designer.audit.trace import AuditNetwork, trace_network
from tests.audit.published_cases import ARCHITECTURES, DIAGNOSES, Json, as_request


def network(case: Json) -> AuditNetwork:
    layers = read_audit_layers(as_request(case["layers"]), pointer="/layers")
    return AuditNetwork(input_shape=tuple(case["input_shape"]), layers=layers)


@pytest.mark.parametrize("case", ARCHITECTURES, ids=lambda case: case["id"])
def test_an_architecture_is_traced_layer_by_layer(case: Json) -> None:
    """Every recorded shape, in order."""
    trace = trace_network(network(case))
    assert [list(shape[1:]) for shape in trace.shapes[1:]] == case["shapes"]


@pytest.mark.parametrize("case", DIAGNOSES, ids=lambda case: case["id"])
def test_a_problem_is_found_at_its_layer(case: Json) -> None:
    """The first layer that fails with torch's message, or the actual output shape."""
    trace, expected = trace_network(network(case["given"])), case["expected"]
    assert trace.fails_at == expected["fails_at"]
    if trace.layer_error is not None:
        for part in expected["error_contains"]:
            assert part in str(trace.layer_error.torch_error)
    else:
        assert list(trace.output_shape or ()) == expected["actual_shape"]
    for index, shape in expected.get("shape_at", {}).items():
        assert list(trace.shapes[int(index) + 1][1:]) == shape
