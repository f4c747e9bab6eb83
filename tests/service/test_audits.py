"""Audits over HTTP: documented examples, refusals, and repairs run by torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.openapi.examples import AUDIT_EXAMPLES
from service.problems.registry import PROBLEMS
from service.settings.config import Config

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
    assert len(audit["trace"]) == len(audit["graph"]["nodes"]) >= len(audit["layers"])


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
    ({"input_shape": [3, 8, 8], "source": "a" * 300_000}, "source_too_large", "/source"),
    ({"source": "x = 1", "inputs": [{"shape": [0]}]}, "out_of_range", "/inputs/0/shape/0"),
    ({"input_shape": [3, 8, 8], "layers": [CONV], "adapt_to": [8]}, "wrong_length", "/adapt_to"),
    ({"input_shape": [4, 8, 8], "layers": [CONV], "adapt_to": 8}, "cannot_adapt", "/adapt_to"),
]


FAILED: list[tuple[str, dict[str, Any]]] = [
    ("x = 1", {}),
    ("net = nn.Sequential(", {"type": "SyntaxError", "line": 1}),
    ("\nnet = nn.Sequential(f())", {"type": "NameError", "line": 2}),
    (
        "class A(nn.Module):\n  def __init__(self, n):\n    pass\n  def forward(self, x):\n    pass",
        {"signature": "A(n)"},
    ),
    ("import timm\nnet = nn.Sequential(nn.Flatten())\nnet.forward = timm.f", {"name": "timm.f"}),
]
"""Sources that cannot be run, and facts of the refusal."""


@pytest.mark.torch
@pytest.mark.parametrize(("source", "facts"), FAILED)
def test_a_source_that_fails_says_why(
    client: FlaskClient, source: str, facts: dict[str, Any]
) -> None:
    """422 with the type, message and line of its exception, or what is missing."""
    answer = client.post("/v1/audits", json={"input_shape": [3, 8, 8], "source": source})
    problem: Any = json.loads(answer.text)
    assert (answer.status_code, problem["code"]) == (422, "source_failed"), problem
    assert facts.items() <= problem["facts"].items()


@pytest.mark.parametrize(
    ("settings", "host", "code"),
    [
        ({"run_source": "never"}, "localhost", "running_sources_off"),
        ({"host": "0.0.0.0", "allow_public": True}, "localhost", "open_address"),
        ({}, "attacker.example", "foreign_host"),
        ({}, "127.0.0.1.attacker.example:8000", "foreign_host"),
    ],
)
def test_a_source_is_not_run_where_the_operator_does_not_allow_it(
    settings: dict[str, Any], host: str, code: str, tmp_path: Path
) -> None:
    """422, before any process is asked; a list of layers is audited everywhere."""
    folder = {"state_folder": str(tmp_path)}
    client = create_app(Config(**folder, **settings)).test_client()
    headers = {"Host": host}
    answer = client.post("/v1/audits", json={"source": "net = nn.Identity()"}, headers=headers)
    problem: Any = json.loads(answer.text)
    assert (answer.status_code, problem["code"]) == (422, "source_not_run")
    assert problem["reasons"][0]["code"] == code
    layers = {"input_shape": [3, 8, 8], "layers": [CONV]}
    assert client.post("/v1/audits", json=layers, headers=headers).status_code == 200


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
