"""Chains over HTTP: counted, ranked and paged, each with the id of its design."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.openapi.examples import CHAIN_EXAMPLES


@pytest.mark.parametrize("name", CHAIN_EXAMPLES)
def test_every_example_of_the_contract_works(client: FlaskClient, name: str) -> None:
    question = CHAIN_EXAMPLES[name]["value"]
    answer = client.post("/v1/chains", json=question)
    assert answer.status_code == 200, answer.text
    assert 1 <= len(answer.json["chains"]) <= question["limit"]
    assert answer.json["frontier"]
    assert answer.headers["Server-Timing"].startswith("solve;dur=")


def test_the_best_chain_is_that_of_the_design(client: FlaskClient) -> None:
    """A design and a chain search give the same best chain."""
    chains = client.post("/v1/chains", json={"to": 96, "latent_dim": 100}).json
    made = client.post("/v1/designs", json={"resolution": 96, "latent_dim": 100, "verify": "none"})
    best = chains["chains"][0]
    assert {name: best[name] for name in ("sizes", "windows")} == made.json["chain"]
    assert best["why"] == made.json["why"]
    assert chains["count"] == made.json["count"]


def test_labels_cost_what_they_cost_in_the_design(client: FlaskClient) -> None:
    """With classes, a chain has the costs and the id of the design with labels."""
    fields = {"latent_dim": 8, "base_channels": 4, "classes": 10}
    best = client.post("/v1/chains", json={"to": [50, 150], **fields}).json["chains"][0]
    made = client.get(f"/v1/designs/{best['design_id']}").json
    assert made["brief"]["classes"] == 10
    costs = ("parameters", "multiply_adds")
    assert [best[name] for name in costs] == [made["generator"][name] for name in costs]


def test_every_chain_leads_to_its_design(client: FlaskClient) -> None:
    """`design_id` is the id of a design with exactly these windows."""
    chains = client.post("/v1/chains", json={"to": [28, 32], "base_channels": 4, "limit": 5}).json
    for chain in chains["chains"]:
        module = client.get(
            f"/v1/designs/{chain['design_id']}", headers={"Accept": "text/x-python"}
        )
        assert module.status_code == 200
        assert "nn.ConvTranspose2d" in module.text


def test_pages_follow_each_other(client: FlaskClient) -> None:
    """Two pages of three equal one page of six."""
    question: dict[str, Any] = {"to": 48, "limit": 3}
    first = client.post("/v1/chains", json=question).json
    second = client.post("/v1/chains", json=question | {"cursor": first["next"]}).json
    whole = client.post("/v1/chains", json=question | {"limit": 6}).json
    pages = [*first["chains"], *second["chains"]]
    assert [chain["windows"] for chain in pages] == [chain["windows"] for chain in whole["chains"]]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"to": 3}, "/to", "out_of_range"),
        ({"classes": 1}, "/classes", "out_of_range"),
        ({"classes": "ten"}, "/classes", "not_an_integer"),
        ({"to": None}, "/to", "missing_field"),
        ({"from": [4, 0]}, "/from/1", "out_of_range"),
        ({"from": 48}, "/from", "contradiction"),
        ({"limit": 0}, "/limit", "out_of_range"),
        ({"limit": 201}, "/limit", "out_of_range"),
        ({"limit": True}, "/limit", "not_an_integer"),
        ({"cursor": "zzz"}, "/cursor", "invalid_cursor"),
        ({"cursor": 7}, "/cursor", "invalid_cursor"),
        ({"resolution": 48}, "/resolution", "unknown_field"),
        ({"search": {"strides": [0]}}, "/search/strides/0", "out_of_range"),
    ],
)
def test_bad_questions_are_refused(
    client: FlaskClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = client.post("/v1/chains", json={"to": 48} | change)
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    pointers = {error["pointer"].removesuffix("/0") for error in answer.json["errors"]}
    assert pointer.removesuffix("/0") in pointers


def test_no_chain_says_what_would_help(client: FlaskClient) -> None:
    """``facts`` has the law, its numbers, the constraint to relax and the nearest sizes."""
    question = {"to": 97, "search": {"strides": [2], "exact": "require", "output_padding": False}}
    answer = client.post("/v1/chains", json=question)
    assert (answer.status_code, answer.json["code"]) == (422, "no_chain")
    assert answer.json["facts"]
    reasons = answer.json["reasons"]
    assert [reason["code"] for reason in reasons] == ["dead_end", "relax"]
    assert answer.json["detail"] == "; ".join(reason["sentence"] for reason in reasons)
    assert reasons[0]["facts"]["equations"] == ["97 = 2·48 + 1"]


def test_other_problems_have_no_reasons(client: FlaskClient) -> None:
    """Their code and facts say all."""
    assert "reasons" not in client.post("/v1/chains", json={"to": 1}).json


def test_the_sentences_have_codes_and_facts(client: FlaskClient) -> None:
    """``reasons`` repeats ``why`` for programs, in chains, frontier and designs."""
    search = client.post("/v1/chains", json={"to": 48}).json
    made = client.post(
        "/v1/designs", json={"resolution": 48, "latent_dim": 100, "verify": "none"}
    ).json
    for answer in (*search["chains"], *search["frontier"], made):
        assert [reason["sentence"] for reason in answer["reasons"]] == answer["why"]
        assert len({reason["code"] for reason in answer["reasons"]}) == 8
    departure = made["reasons"][1]
    assert (departure["code"], departure["facts"]["usual_stride"]) == ("departure", 2)
