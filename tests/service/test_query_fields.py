"""Query parameters of nested fields, by dots and by the names of the command line."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from designer.brief.model import BRIEF
from service.schemas.query_fields import query_parameters

FREE = {"verify": "none", "resolution": "28"}
FAITHFUL: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"discriminator.patch": "16"}, {"discriminator": {"patch": 16}}),
    ({"initialization": "variance"}, {"initialization": "variance"}),
    (
        {"initialization": "variance", "initialization.generator": "dcgan"},
        {"initialization": {"generator": "dcgan", "discriminator": "variance"}},
    ),
    (
        {"discriminator_initialization": "variance", "initialization": "dcgan"},
        {"initialization": {"generator": "dcgan", "discriminator": "variance"}},
    ),
    ({"patch": "16"}, {"discriminator": {"patch": 16}}),
    ({"discriminator": "none"}, {"discriminator": None}),
    ({"no_discriminator": "true"}, {"discriminator": None}),
    ({"search.strides": "2,3,5"}, {"search": {"strides": [2, 3, 5]}}),
    ({"search.strides": "2"}, {"search": {"strides": [2]}}),
    (
        {"search.exact": "any", "search.initial_size": "7x7", "kernel_sizes": "4,6"},
        {"search": {"exact": "any", "initial_size": [7, 7], "kernel_sizes": [4, 6]}},
    ),
    ({"search.output_padding": "false"}, {"search": {"output_padding": False}}),
    ({"budget.parameters": "900000"}, {"budget": {"parameters": 900000}}),
    ({"max_parameters": "900000"}, {"budget": {"parameters": 900000}}),
    (
        {"initial_map.channels": "8", "initial_map.size": "7"},
        {"initial_map": {"channels": 8, "size": 7}},
    ),
]


@pytest.mark.parametrize(("query", "fields"), FAITHFUL, ids=[str(row[0]) for row in FAITHFUL])
def test_a_query_means_the_same_as_a_body(
    client: FlaskClient, query: dict[str, str], fields: dict[str, Any]
) -> None:
    """The answer is that to a body with these fields."""
    answer = client.get(f"/v1/designs?{urlencode(FREE | query)}")
    assert answer.status_code == 200, answer.json
    body = {"resolution": 28, "verify": "none", **fields}
    assert answer.json == client.post("/v1/designs", json=body).json


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ({"discriminator.patch": "16", "patch": "16"}, "repeated_field", "/discriminator/patch"),
        ({"discriminator": "none", "patch": "16"}, "contradiction", "/discriminator"),
        ({"patch": "16", "no_discriminator": "true"}, "contradiction", "/discriminator"),
        ({"discriminator": "small"}, "not_an_object", "/discriminator"),
        ({"initialization": "none"}, "not_a_choice", "/initialization"),
        (
            {"initialization": "none", "initialization.generator": "dcgan"},
            "not_a_choice",
            "/initialization/discriminator",
        ),
        ({"discriminator.colour": "red"}, "unknown_field", "/discriminator.colour"),
        ({"search.strides": "2,x"}, "not_an_integer", "/search/strides/1"),
        ({"search.strides": ""}, "not_an_integer", "/search/strides/0"),
        ({"search.exact": "perhaps"}, "not_a_choice", "/search/exact"),
        ({"initial_map.size": "7"}, "missing_field", "/initial_map/channels"),
    ],
)
def test_a_wrong_query_is_refused(
    client: FlaskClient, query: dict[str, str], code: str, pointer: str
) -> None:
    answer = client.get(f"/v1/designs?{urlencode(FREE | query)}")
    assert answer.status_code == 422
    assert answer.json is not None
    assert (answer.json["errors"][0]["code"], answer.json["errors"][0]["pointer"]) == (
        code,
        pointer,
    )


def test_every_name_is_of_one_parameter() -> None:
    """No name of the command line hides another parameter; chains alone cannot be in a query."""
    names = [name for each in query_parameters(BRIEF) for name in each.names]
    assert len(names) == len(set(names))
    assert {row.name for row in BRIEF} - {each.path[0] for each in query_parameters(BRIEF)} == {
        "chain"
    }
