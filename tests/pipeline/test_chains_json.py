"""Chain queries in JSON: strict reading, complete responses."""

from __future__ import annotations

import pytest

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.permalink import read_id
from designer.chains import search_chains
from designer.errors import InvalidRequest
from designer.pipeline.chains_json import query_from_document, search_document
from designer.pipeline.make_design import design
from designer.validation.json_readers import JsonObject


def search_answer(document: object) -> JsonObject:
    query = query_from_document(document)
    return search_document(query, search_chains(query))


def test_the_first_chain_is_the_design_that_a_brief_gets() -> None:
    """Chain, count, reasons and id are those of the design."""
    body = search_answer({"to": 97, "latent_dim": 128})
    result = design(Brief(resolution=97, latent_dim=128, verify=Level.NONE))
    first = body["chains"][0]  # type: ignore[index]
    assert first["why"] == list(result.why)
    assert first["sizes"] == [list(size) for size in result.chain.sizes]
    assert body["count"] == result.count
    brief, chain = read_id(first["design_id"])
    assert (brief.windows, chain) == (None, result.chain)


def test_other_chains_have_ids_that_hold_their_windows() -> None:
    body = search_answer({"to": 97, "limit": 3})
    for row in body["chains"][1:]:  # type: ignore[index]
        brief, chain = read_id(row["design_id"])
        assert brief.windows == chain.windows
        assert [list(size) for size in chain.sizes] == row["sizes"]


def test_large_counts_are_also_texts() -> None:
    body = search_answer({"to": 16384, "limit": 1})
    assert body["count_text"] == str(body["count"]) == "79014627326180745"
    assert search_answer({"to": 64, "limit": 1})["count_text"] is None


def test_a_chain_above_the_limits_of_designs_has_no_id() -> None:
    body = search_answer({"to": [16384, 16384, 16384], "limit": 1})
    assert body["chains"][0]["design_id"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    "search",
    [
        {"initial_size": 1, "kernel_sizes": [4], "strides": [4]},
        {"initial_size": 2, "kernel_sizes": [2], "strides": [2], "dilations": [7]},
    ],
    ids=["a batch norm of one position", "taps on padding"],
)
def test_a_chain_without_a_servable_design_has_no_id(search: JsonObject) -> None:
    """A chain has no design id if its brief would be refused."""
    body = search_answer({"to": [4], "search": search})
    assert {row["design_id"] for row in body["chains"]} == {None}  # type: ignore[attr-defined]


def test_from_is_the_initial_size() -> None:
    """``from`` and ``search.initial_size`` give the same chains."""
    body = search_answer({"from": [8, 6], "to": [32, 24], "limit": 1})
    assert body["chains"][0]["sizes"] == [[8, 6], [16, 12], [32, 24]]  # type: ignore[index]
    same = {"to": [32, 24], "search": {"initial_size": [8, 6]}, "limit": 1}
    assert search_answer(same)["chains"] == body["chains"]


def test_an_audio_hop_of_600() -> None:
    """From 100 positions to 60000 in exact steps, as vocoders use them."""
    body = search_answer({"from": 100, "to": [60000], "search": {"exact": "require"}, "limit": 1})
    assert body["chains"][0]["sizes"][0] == [100]  # type: ignore[index]
    assert body["chains"][0]["sizes"][-1] == [60000]  # type: ignore[index]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], ""),
        ({}, "/to"),
        ({"to": None}, "/to"),
        ({"to": "64"}, "/to"),
        ({"to": 64.0}, "/to"),
        ({"to": 3}, "/to"),
        ({"to": 10**5000}, "/to"),
        ({"to": []}, "/to"),
        ({"to": [64, 64, 64, 64]}, "/to"),
        ({"to": [64, 20000]}, "/to/1"),
        ({"to": 64, "from": [4]}, "/from"),
        ({"to": 64, "from": 0}, "/from/0"),
        ({"to": 64, "from": 80}, "/from"),
        ({"to": 64, "from": 4, "search": {"initial_size": 8}}, "/from"),
        ({"to": 64, "limit": 0}, "/limit"),
        ({"to": 64, "limit": 201}, "/limit"),
        ({"to": 64, "limit": "10"}, "/limit"),
        ({"to": 64, "cursor": 7}, "/cursor"),
        ({"to": 64, "cursor": "abc"}, "/cursor"),
        ({"to": 64, "latent_dim": 0}, "/latent_dim"),
        ({"to": 64, "channels": True}, "/channels"),
        ({"to": 64, "dimensions": 4}, "/dimensions"),
        ({"to": 64, "budget": {"parameters": 0}}, "/budget/parameters"),
        ({"to": 64, "search": {"kernel_sizes": []}}, "/search/kernel_sizes"),
        ({"to": 64, "search": {"kernel_sizes": [0]}}, "/search/kernel_sizes/0"),
        ({"to": 64, "search": {"kernel_sizes": [5, 7], "overlap": "even"}}, "/search"),
        ({"to": 64, "colour": 1}, "/colour"),
    ],
)
def test_invalid_queries_are_refused_by_field(document: object, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_answer(document)
    assert caught.value.errors[0].pointer == pointer
