"""Each kind of invalid input has its own code and numbers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.brief.brief_json import brief_from_document
from designer.errors import InvalidRequest
from service.app import create_app
from service.problems.registry import PROBLEMS
from service.settings.config import Config
from tests.support import make_temporary_folder, soak_count

GOOD: dict[str, Any] = {"resolution": 64, "latent_dim": 100, "verify": "none"}
STEP = {"kernel_size": 4, "stride": 2, "padding": 1}

BAD_FIELDS: list[tuple[dict[str, Any], str, str, dict[str, Any]]] = [
    ({"resolution": 0}, "/resolution", "out_of_range", {"value": 0, "minimum": 4}),
    ({"resolution": 3}, "/resolution", "out_of_range", {"value": 3, "maximum": 16384}),
    ({"resolution": 16385}, "/resolution", "out_of_range", {"value": 16385}),
    ({"resolution": -64}, "/resolution", "out_of_range", {"value": -64}),
    ({"resolution": 10**50}, "/resolution", "out_of_range", {"minimum": 4}),
    ({"resolution": "64"}, "/resolution", "not_an_integer", {}),
    ({"resolution": 64.0}, "/resolution", "not_an_integer", {}),
    ({"resolution": True}, "/resolution", "not_an_integer", {}),
    ({"resolution": {}}, "/resolution", "not_an_integer", {}),
    ({"resolution": None}, "/resolution", "missing_field", {}),
    ({"resolution": []}, "/resolution", "wrong_length", {"length": 0}),
    ({"resolution": [64, 64, 64, 64]}, "/resolution", "wrong_length", {"length": 4, "maximum": 3}),
    ({"resolution": [64, 3]}, "/resolution/1", "out_of_range", {"value": 3}),
    ({"resolution": [64, "64"]}, "/resolution/1", "not_an_integer", {}),
    ({"resolution": [[64], 64]}, "/resolution/0", "not_an_integer", {}),
    ({"resolution": [1048577]}, "/resolution/0", "out_of_range", {"maximum": 1048576}),
    ({"resolution": 16384, "channels": 5}, "/resolution", "too_many_elements", {"maximum": 2**30}),
    ({"dimensions": 4}, "/dimensions", "out_of_range", {"maximum": 3}),
    ({"resolution": [64, 64], "dimensions": 3}, "/dimensions", "wrong_length", {"length": 2}),
    ({"latent_dim": 0}, "/latent_dim", "out_of_range", {"value": 0, "minimum": 1}),
    ({"latent_dim": 65537}, "/latent_dim", "out_of_range", {"maximum": 65536}),
    ({"channels": 0}, "/channels", "out_of_range", {"value": 0}),
    ({"channels": 4097}, "/channels", "out_of_range", {"maximum": 4096}),
    ({"base_channels": False}, "/base_channels", "not_an_integer", {}),
    ({"max_channels": 1e3}, "/max_channels", "not_an_integer", {}),
    ({"verify": "maybe"}, "/verify", "not_a_choice", {"choices": ["none", "standard", "full"]}),
    ({"verify": 1}, "/verify", "not_a_choice", {}),
    ({"colour": "red"}, "/colour", "unknown_field", {"field": "colour"}),
    ({"a/b~c": 1}, "/a~1b~0c", "unknown_field", {"field": "a/b~c"}),
    ({"search": []}, "/search", "not_an_object", {}),
    ({"search": {"kernels": [4]}}, "/search/kernels", "unknown_field", {"field": "kernels"}),
    ({"search": {"strides": 2}}, "/search/strides", "not_a_list", {}),
    ({"search": {"strides": []}}, "/search/strides", "wrong_length", {"length": 0}),
    ({"search": {"strides": [0]}}, "/search/strides/0", "out_of_range", {"minimum": 1}),
    ({"search": {"strides": [2, 257]}}, "/search/strides/1", "out_of_range", {"maximum": 256}),
    ({"search": {"strides": [2.5]}}, "/search/strides/0", "not_an_integer", {}),
    ({"search": {"kernel_sizes": list(range(1, 66))}}, "/search/kernel_sizes", "wrong_length", {"maximum": 64}),
    ({"search": {"output_padding": 1}}, "/search/output_padding", "not_a_boolean", {}),
    ({"search": {"exact": "yes"}}, "/search/exact", "not_a_choice", {}),
    ({"search": {"initial_size": [4]}}, "/search/initial_size", "wrong_length", {"length": 1}),
    ({"search": {"max_layers": 0}}, "/search/max_layers", "out_of_range", {"minimum": 1}),
    ({"search": {"max_layers": 65}}, "/search/max_layers", "out_of_range", {"maximum": 64}),
    ({"budget": 7}, "/budget", "not_an_object", {}),
    ({"budget": {"parameters": 0}}, "/budget/parameters", "out_of_range", {"minimum": 1}),
    ({"budget": {"parameters": "9"}}, "/budget/parameters", "not_an_integer", {}),
    ({"budget": {"time": 1}}, "/budget/time", "unknown_field", {"field": "time"}),
    ({"chain": {}}, "/chain", "not_a_list", {}),
    ({"chain": []}, "/chain", "wrong_length", {"length": 0}),
    ({"chain": [STEP] * 65}, "/chain", "wrong_length", {"length": 65, "maximum": 64}),
    ({"chain": [{"stride": 2}]}, "/chain/0/kernel_size", "missing_field", {}),
    ({"chain": [STEP, 4]}, "/chain/1", "not_an_object", {}),
    ({"chain": [{**STEP, "kernel_size": [4]}]}, "/chain/0/kernel_size", "wrong_length", {"length": 1}),
    ({"chain": [{**STEP, "groups": 2}]}, "/chain/0/groups", "unknown_field", {"field": "groups"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer", "code", "facts"), BAD_FIELDS, ids=[str(row[0])[:60] for row in BAD_FIELDS]
)
def test_each_bad_field_has_its_code_and_numbers(
    client: FlaskClient, change: dict[str, Any], pointer: str, code: str, facts: dict[str, Any]
) -> None:
    """The error of a single field is the problem of the request, with a pointer to the field."""
    answer = client.post("/v1/designs", json=GOOD | change)
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    body = answer.json
    assert (body["code"], body["type"]) == (code, f"/problems/{code}")
    assert body["facts"].items() >= facts.items()
    (error,) = body["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert (error["facts"], error["detail"]) == (body["facts"], body["detail"])


@pytest.mark.parametrize("row", BAD_FIELDS, ids=[str(row[0])[:60] for row in BAD_FIELDS])
def test_the_library_refuses_the_same_in_the_same_words(
    client: FlaskClient, row: tuple[dict[str, Any], str, str, dict[str, Any]]
) -> None:
    """HTTP, the command line and Python use the same messages."""
    document = GOOD | row[0]
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document(document)
    assert client.post("/v1/designs", json=document).json["detail"] == str(refusal.value)


def test_several_bad_fields_are_reported_at_once(client: FlaskClient) -> None:
    answer = client.post("/v1/designs", json={"resolution": 0, "latent_dim": 0, "channels": "3"})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    codes = {error["pointer"]: error["code"] for error in answer.json["errors"]}
    assert codes == {
        "/resolution": "out_of_range",
        "/latent_dim": "out_of_range",
        "/channels": "not_an_integer",
    }


@pytest.mark.parametrize("body", ["[]", "null", "64", '"text"', "true", "0.5"])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/v1/designs", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "not_an_object")
    assert answer.json["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "empty_body"),
        (b"{", 400, "malformed_json"),
        (b'{"resolution": ' + b"9" * 5000 + b"}", 400, "integer_too_long"),
        (b"[" * 100_000, 400, "nested_too_deep"),
        (b'{"resolution":' * 50_000, 400, "nested_too_deep"),
        (b'"' + b"x" * 2**20 + b'"', 413, "body_too_large"),
    ],
)
def test_a_message_that_cannot_be_read_is_refused(
    client: FlaskClient, body: bytes, status: int, code: str
) -> None:
    answer = client.post("/v1/designs", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/problem+json"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "<script>alert(1)</script>"},
    ],
)
def test_a_body_of_another_type_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/designs", data=b'{"resolution": 64}', headers=headers)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/resolution", "missing_field"),
        ("resolution=64&latent_dim=100&colour=red", "/colour", "unknown_field"),
        ("resolution=64&latent_dim=100&search=x", "/search", "unknown_field"),
        ("resolution=64&resolution=65&latent_dim=100", "/resolution", "repeated_field"),
        ("resolution=64.0&latent_dim=100", "/resolution", "not_an_integer"),
        ("resolution=%D9%A6%D9%A4&latent_dim=100", "/resolution", "not_an_integer"),
        ("resolution=64&latent_dim=%2B100", "/latent_dim", "not_an_integer"),
        ("resolution=64&latent_dim=", "/latent_dim", "not_an_integer"),
        ("resolution=3&latent_dim=100", "/resolution", "out_of_range"),
        ("resolution=64x3&latent_dim=100", "/resolution/1", "out_of_range"),
        ("resolution=64x&latent_dim=100", "/resolution/1", "not_an_integer"),
        ("resolution=8x8x8x8&latent_dim=100", "/resolution", "wrong_length"),
        ("resolution=64&latent_dim=100&verify=maybe", "/verify", "not_a_choice"),
        (f"resolution={'9' * 5000}&latent_dim=100", "/resolution", "not_an_integer"),
    ],
)
def test_query_strings_are_as_strict(
    client: FlaskClient, query: str, pointer: str, code: str
) -> None:
    answer = client.get(f"/v1/designs?{query}")
    assert answer.status_code == 422
    codes = {error["pointer"]: error["code"] for error in answer.json["errors"]}
    assert codes[pointer] == code


CLIENT = create_app(Config(state_folder=make_temporary_folder())).test_client()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["stride", "kernel_sizes", "parameters", "x"]), inner)
    ),
    max_leaves=8,
)
near_briefs = st.fixed_dictionaries(
    {"verify": st.just("none")},
    optional={
        "resolution": st.integers(4, 40) | st.lists(st.integers(4, 40), max_size=4) | json_values,
        "latent_dim": st.integers(1, 200) | json_values,
        "channels": st.integers(1, 4) | json_values,
        "base_channels": st.integers(1, 8) | json_values,
        "search": st.dictionaries(
            st.sampled_from(["strides", "kernel_sizes", "exact", "initial_size", "anisotropic"]),
            json_values | st.lists(st.integers(1, 9), min_size=1, max_size=4),
        )
        | json_values,
        "budget": st.fixed_dictionaries({"parameters": st.integers() | json_values}) | json_values,
        "chain": st.lists(
            st.fixed_dictionaries(
                {"kernel_size": st.integers(-1, 9) | json_values, "stride": st.integers(0, 4)}
            )
        )
        | json_values,
        "colour": json_values,
    },
)


READ_QUERIES = {"/v1/designs", "/v1/layers/conv.svg", "/v1/layers/conv-transpose.svg"}
"""Where a GET has parameters."""


def test_unknown_query_parameters_are_refused(app: Flask, client: FlaskClient) -> None:
    """On every API path, also if other fields are invalid."""
    checked = 0
    for rule in app.url_map.iter_rules():
        path = re.sub("<[^>]+>", "x", rule.rule)
        for method in {"GET", "POST", "DELETE"} & (rule.methods or set()):
            if not path.startswith("/v1/") or (method == "GET" and path in READ_QUERIES):
                continue
            answer = client.open(f"{path}?verify=none", method=method, json={})
            assert (answer.status_code, answer.json["code"]) == (422, "unknown_field"), path  # type: ignore[index]
            assert [error["pointer"] for error in answer.json["errors"]] == ["/verify"]  # type: ignore[index]
            checked += 1
    assert checked > 15


def test_a_browser_may_ask_about_an_address_with_parameters(client: FlaskClient) -> None:
    """In the preflight request before a GET from another origin."""
    assert client.options("/v1/designs?resolution=64&latent_dim=100").status_code == 200


@given(body=near_briefs | json_values)
@settings(max_examples=soak_count(300, 10_000))
def test_any_json_gets_an_answer_or_a_problem(body: Any) -> None:  # noqa: ANN401
    """200 with a design, or a problem with a registered code; never a 5xx."""
    text = json.dumps(body)
    answer = CLIENT.post("/v1/designs", data=text, content_type="application/json")
    if answer.status_code == 200:
        assert answer.json["source"]["text"]
    else:
        assert answer.status_code in (400, 422), answer.text
        assert PROBLEMS[answer.json["code"]].status == answer.status_code
