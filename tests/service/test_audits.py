"""Audits over HTTP: documented examples, refusals, and repairs run by torch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.openapi.examples import AUDIT_EXAMPLES
from service.problems.registry import PROBLEMS

CONV = {
    "op": "conv",
    "in_channels": 3,
    "out_channels": 4,
    "kernel_size": 4,
    "stride": 2,
    "padding": 1,
}


@pytest.mark.torch
@pytest.mark.parametrize("name", AUDIT_EXAMPLES)
def test_every_example_of_the_contract_works(client: FlaskClient, name: str) -> None:
    """Each is repaired or adapted, and torch has run the result."""
    answer = client.post("/v1/audits", json=AUDIT_EXAMPLES[name]["value"])
    assert answer.status_code == 200, answer.text
    audit: Any = answer.json
    offered = [*audit["repairs"], *([audit["adapted"]] if audit["adapted"] else [])]
    assert offered
    assert {repair["run"] for repair in offered} <= {"whole", "layer_by_layer"}
    assert len(audit["trace"]) == len(audit["layers"])


def test_a_network_that_fits_needs_no_torch(client: FlaskClient) -> None:
    """Trace and verdict come from the formulas."""
    request = {"input_shape": [3, 64, 48], "layers": [CONV]}
    audit: Any = client.post("/v1/audits", json=request).json
    assert (audit["verdict"], audit["output_shape"]) == ("fits", [4, 32, 24])
    assert audit["trace"][0]["arithmetic"] == [
        "⌊(64 + 2·1 − 4) / 2⌋ + 1 = 32",
        "⌊(48 + 2·1 − 4) / 2⌋ + 1 = 24",
    ]


REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"input_shape": [3, 8, 8], "layers": [CONV] * 257}, "wrong_length", "/layers"),
    ({"input_shape": [3, 8, 8], "layers": [{"op": "dense"}]}, "not_a_choice", "/layers/0/op"),
    ({"input_shape": [3, 8, 8], "source": "x = 1"}, "no_network", "/source"),
    ({"input_shape": [3, 8, 8], "source": "nn.Sequential("}, "malformed_source", "/source"),
    ({"input_shape": [3, 8, 8], "source": "a" * 300_000}, "source_too_large", "/source"),
    ({"input_shape": [3, 8, 8], "source": "nn.Sequential(f())"}, "cannot_follow", "/source"),
    ({"input_shape": [3, 8, 8], "layers": [CONV], "adapt_to": [8]}, "wrong_length", "/adapt_to"),
    ({"input_shape": [4, 8, 8], "layers": [CONV], "adapt_to": 8}, "cannot_adapt", "/adapt_to"),
]


@pytest.mark.parametrize(("request_body", "code", "pointer"), REFUSED)
def test_an_error_has_the_pointer_of_its_field(
    client: FlaskClient, request_body: dict[str, object], code: str, pointer: str
) -> None:
    """422 with the code and the JSON pointer."""
    answer = client.post("/v1/audits", json=request_body)
    problem: Any = json.loads(answer.text)
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["type"] == PROBLEMS[code].address
