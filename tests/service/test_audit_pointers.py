"""Mismatching layers of a network are named by JSON pointers, over HTTP and by the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from designer.cli import main
from tests.audit.contradictions import CONTRADICTIONS, SOURCES
from tests.audit.eager_torch import run_layers

Json = dict[str, Any]


def over_http(client: FlaskClient, request: Json) -> Json:
    answer = client.post("/v1/audits", json=request)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json or {}
    return found


def on_the_command_line(request: Json) -> Json:
    done = CliRunner().invoke(main, ["audit", "-", "--no-run", "--json"], input=json.dumps(request))
    assert done.exit_code == 1, done.stderr
    found: Json = json.loads(done.stdout)
    return found


def resolved(request: Json, pointer: str) -> bool:
    """Whether the pointer refers to a field of the request."""
    place: Any = request
    for part in pointer.split("/")[1:]:
        place = place[int(part)] if isinstance(place, list) else place.get(part)
    return place is not None


@pytest.mark.torch
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_mismatching_layers_are_named_by_json_pointers(client: FlaskClient, name: str) -> None:
    """Torch fails at that layer; the response points to its fields, with code and numbers."""
    shape, layers, pointers, facts = CONTRADICTIONS[name]
    request = {"input_shape": shape, "layers": layers}
    for answer in (over_http(client, request), on_the_command_line(request)):
        assert answer["verdict"] == "breaks"
        assert answer["fails_at"] == run_layers(layers, shape).fails_at
        assert answer["pointers"] == pointers
        assert all(resolved(request, pointer) for pointer in pointers)
        assert [error["pointer"] for error in answer["errors"]] == pointers
        for error in answer["errors"]:
            assert error["code"] == "illegal_layer"
            assert error["detail"] in answer["reason"]
            assert facts.items() <= error["facts"].items()
        assert answer["repairs"] or answer["nearest"]


@pytest.mark.torch
@pytest.mark.parametrize("name", SOURCES)
def test_errors_in_a_source_name_the_line(client: FlaskClient, name: str) -> None:
    """The pointer is that of `source`, and ``facts`` has the line."""
    shape, text, line, facts = SOURCES[name]
    request = {"input_shape": shape, "source": text}
    answer = over_http(client, request)
    assert answer["verdict"] == "breaks"
    assert answer["pointers"][0] == "/source"
    facts = {} if answer["raised"]["node"] is None else facts  # torch's constructor raised
    assert (facts | {"line": line}).items() <= answer["errors"][0]["facts"].items()


def test_a_network_that_runs_has_no_pointers(client: FlaskClient) -> None:
    layers = [{"op": "linear", "in_features": 8, "out_features": 2}]
    answer = over_http(client, {"input_shape": [8], "layers": layers})
    assert (answer["verdict"], answer["pointers"], answer["errors"]) == ("fits", [], [])


def test_the_command_line_prints_the_pointers() -> None:
    """Below the reason and the error message of torch."""
    layers = [{"op": "linear", "in_features": 8, "out_features": 2}]
    arguments = ["audit", "-", "--no-run", "--input-shape", "9"]
    done = CliRunner().invoke(main, arguments, input=json.dumps(layers))
    assert "\n  at /layers/0/in_features, /input_shape\n" in done.stdout
