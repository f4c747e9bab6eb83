"""One layer over HTTP: responses, pictures, and refusals with their status."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from designer.cli import main
from designer.layer import LayerForm
from service.openapi.examples import LAYER_EXAMPLES, SOLVE_EXAMPLES
from service.problems.registry import PROBLEMS

DCGAN = {"input_size": [4, 4], "kernel_size": 4, "stride": 2, "padding": 1}
DRAWN = "/v1/layers/conv-transpose.svg?input_size=4x4&kernel_size=4&stride=2&padding=1"


@pytest.mark.torch
@pytest.mark.parametrize(
    ("op", "name"), [(op, name) for op, examples in LAYER_EXAMPLES.items() for name in examples]
)
def test_every_example_of_the_contract_works(client: FlaskClient, op: str, name: str) -> None:
    """Each has the forms that it requests, and its proofs passed."""
    body = LAYER_EXAMPLES[op][name]["value"]
    answer = client.post(f"/v1/layers/{op}", json=body)
    assert answer.status_code == 200, answer.text
    assert {form for form in LayerForm if answer.json[form] is not None} == set(body["include"])
    assert answer.json["proof"] is None or answer.json["proof"]["passed"] is True


@pytest.mark.parametrize("name", SOLVE_EXAMPLES)
def test_every_question_of_the_contract_works(client: FlaskClient, name: str) -> None:
    """Solutions, or the reason why there is none."""
    answer = client.post("/v1/layers/solve", json=SOLVE_EXAMPLES[name]["value"])
    assert answer.status_code == 200, answer.text
    assert (answer.json["why_not"] is None) == all(answer.json["solutions"])


def test_the_answer_is_the_commands_answer(client: FlaskClient) -> None:
    """HTTP and ``--json`` give the same bytes."""
    answer = client.post("/v1/layers/conv-transpose", json=DCGAN | {"include": ["overlap"]})
    words = "layer conv-transpose 4x4 --kernel-size 4 --stride 2 --padding 1 --include overlap"
    printed = CliRunner().invoke(main, [*words.split(), "--json"]).stdout
    assert answer.text == printed


@pytest.mark.parametrize("view", ["layer", "matrix", "overlap"])
@pytest.mark.parametrize("op", ["conv", "conv-transpose"])
def test_a_layer_is_drawn(client: FlaskClient, op: str, view: str) -> None:
    """An SVG that a browser shows: its inline style is allowed, scripts are not."""
    answer = client.get(f"/v1/layers/{op}.svg?input_size=6x5&kernel_size=3x2&stride=2&view={view}")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["ETag"]


def test_a_drawing_is_revalidated_by_its_etag(client: FlaskClient) -> None:
    """304 if the client has it; another view has another tag."""
    first = client.get(DRAWN)
    second = client.get(DRAWN, headers={"If-None-Match": first.headers["ETag"]})
    moving = client.get(f"{DRAWN}&animate=true")
    assert second.status_code == 304
    assert moving.headers["ETag"] != first.headers["ETag"]
    assert "@keyframes" in moving.text
    assert "@keyframes" not in first.text


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"input_size": [0, 4]}, "out_of_range", "/input_size/0"),
        ({"input_size": [4, 4, 4, 4]}, "wrong_length", "/input_size"),
        ({"kernel_size": "4"}, "not_an_integer", "/kernel_size"),
        ({"kernel_size": None}, "missing_field", "/kernel_size"),
        ({"include": ["everything"]}, "not_a_choice", "/include/0"),
        ({"<svg onload=x>": 1}, "unknown_field", "/<svg onload=x>"),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(
    client: FlaskClient, changes: dict[str, Any], code: str, pointer: str
) -> None:
    """422 with the code, and the pointer into the body."""
    answer = client.post("/v1/layers/conv", json=DCGAN | changes)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.mimetype == "application/problem+json"
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("op", "body", "facts"),
    [
        ("conv", {"input_size": [4, 4], "kernel_size": 9}, {"span": 9, "input_size": 4}),
        (
            "conv-transpose",
            DCGAN | {"output_padding": 2},
            {"output_padding": 2, "stride": 2, "dilation": 1},
        ),
        (
            "conv-transpose",
            {"input_size": [1, 1], "kernel_size": 2, "padding": 1},
            {"output_size": 0, "padding": 1},
        ),
        ("conv", DCGAN | {"output_padding": 1}, {"output_padding": [1, 1]}),
        ("conv", DCGAN | {"in_channels": 3, "groups": 2}, {"in_channels": 3, "groups": 2}),
    ],
)
def test_an_illegal_layer_is_422(
    client: FlaskClient, op: str, body: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Also if torch would return an empty map; ``facts`` has the numbers."""
    answer = client.post(f"/v1/layers/{op}", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "illegal_layer")
    assert answer.json["facts"].items() >= facts.items()


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ("matrix", "a side of 1082985; the limit is 1048576"),
        ("overlap", "positions; the limit is 1048576"),
        ("proof", "multiply-adds; the limit is 100000000"),
    ],
)
def test_a_form_too_large_is_422_with_its_limit(
    client: FlaskClient, include: str, words: str
) -> None:
    """Before anything is computed; without the form, the request succeeds."""
    body = {"input_size": [2048, 512], "kernel_size": [8, 16]}
    answer = client.post("/v1/layers/conv-transpose", json=body | {"include": [include]})
    assert (answer.status_code, answer.json["code"]) == (422, PROBLEMS["too_large"].code)
    assert words in answer.json["detail"]
    assert answer.json["facts"]["limit"]
    assert client.post("/v1/layers/conv-transpose", json=body).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("input_size=400&kernel_size=3", "too_large"),
        ("input_size=4", "missing_field"),
        ("input_size=4&kernel_size=3&colour=red", "unknown_field"),
        ("input_size=4&kernel_size=3&view=photo", "not_a_choice"),
        ("input_size=4&kernel_size=3&animate=yes", "not_a_boolean"),
        ("input_size=4&kernel_size=3&animate=true&view=matrix", "contradiction"),
        ("input_size=4&kernel_size=3&kernel_size=3", "repeated_field"),
        ("input_size=<script>&kernel_size=3", "not_an_integer"),
        ("input_size=4x4x4x4&kernel_size=3", "wrong_length"),
        ("input_size=4&kernel_size=9", "illegal_layer"),
    ],
)
def test_a_drawing_that_cannot_be_made_is_refused(
    client: FlaskClient, query: str, code: str
) -> None:
    """With a problem document; client input never becomes markup."""
    answer = client.get(f"/v1/layers/conv.svg?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.mimetype == "application/problem+json"


def test_a_picture_alone_is_had_at_a_pictures_path(client: FlaskClient) -> None:
    """406 if the client does not accept SVG."""
    assert client.get(DRAWN, headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("name", ["generator", "discriminator", "overlap"])
def test_a_design_has_its_pictures(client: FlaskClient, name: str) -> None:
    """At the permanent path of the design, always with the same bytes."""
    made = client.post("/v1/designs", json={"resolution": 28, "latent_dim": 9, "verify": "none"})
    path = made.json["links"][name]
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Location"] == path
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.data == client.get(path).data
    wanted = {"generator": "9×1×1 → 3×28×28", "discriminator": "3×28×28 → 1×1×1"}
    assert wanted.get(name, "layer by layer") in answer.text
    assert client.get(path.replace(".svg", "x.svg")).status_code == 404


def test_all_numbers_of_a_question_are_checked(client: FlaskClient) -> None:
    """The maximum length of a list is reported with its exact count."""
    body = {"op": "conv_transpose", "input_size": [10], "output_size": [3000]}
    answer = json.loads(client.post("/v1/layers/solve", json=body).data)
    assert len(answer["solutions"][0]) == 16_384 < answer["count"][0]
