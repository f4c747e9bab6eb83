"""Reasons of ranks and of ``no_chain`` errors: codes, facts, and sentences made of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from designer.brief.brief_json import brief_from_document
from designer.chains import search_chains
from designer.errors import NoChain
from designer.pipeline.chains_json import query_from_document
from designer.pipeline.make_design import design
from designer.reasons import (
    SENTENCE_GROUPS,
    SENTENCES,
    Reason,
    reason_document,
    template_fields,
)

RANKED: dict[str, dict[str, Any]] = {
    "exact": {"to": 90},
    "inexact": {"to": 97},
    "far from usual": {"to": 90, "search": {"exact": "require", "strides": [5, 9]}},
    "offsets ignored": {"to": 45, "search": {"exact": "any", "max_layers": 3}},
    "overlap ignored": {"to": 45, "search": {"overlap": "any"}},
}
"""Searches whose chains have every code together with the design below."""

REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "dead end": (
        {"to": 97, "search": {"strides": [2], "kernel_sizes": [2], "output_padding": False}},
        ["dead_end", "add", "relax"],
    ),
    "exact dead end": ({"to": 97, "search": {"exact": "require"}}, ["dead_end", "relax"]),
    "dead end of any offset": (
        {
            "to": [28],
            "search": {
                "kernel_sizes": [4],
                "strides": [4],
                "exact": "any",
                "output_padding": False,
                "initial_size": 5,
            },
        },
        ["dead_end_any_offset", "add", "relax"],
    ),
    "prime of a factor": (
        {"to": [34], "from": 2, "search": {"exact": "require"}},
        ["factor_prime", "add", "relax"],
    ),
    "layers": (
        {"to": 97, "search": {"strides": [2], "max_layers": 2}},
        ["max_layers_too_small", "add", "relax"],
    ),
    "layers from a map": (
        {"to": 28, "from": 4, "search": {"max_layers": 1}},
        ["max_layers_too_small_from", "add", "relax"],
    ),
    "parameters": (
        {"to": 90, "search": {"exact": "require"}, "budget": {"parameters": 1000}},
        ["parameter_budget_too_small", "relax"],
    ),
    "multiply-adds": (
        {"to": 90, "search": {"exact": "require"}, "budget": {"multiply_adds": 1000}},
        ["multiply_add_budget_too_small", "relax"],
    ),
    "both budgets": (
        {
            "to": 90,
            "search": {"exact": "require"},
            "budget": {"parameters": 1000, "multiply_adds": 1000},
        },
        ["budget_too_small", "relax"],
    ),
    "undecided": (
        {
            "to": [249],
            "search": {
                "kernel_sizes": [1],
                "strides": [1, 4],
                "dilations": [1, 5],
                "output_padding": False,
                "overlap": "any",
                "exact": "any",
                "max_layers": 2,
            },
        },
        ["dead_end_any_offset", "add", "relax_undecided"],
    ),
}
"""Searches that find no chain, with the codes of their reasons."""


def test_every_code_of_a_rank_is_given() -> None:
    """One reason per step, with its sentence in ``why``, and no code that nothing gives."""
    found = set()
    for question in RANKED.values():
        for solution in search_chains(query_from_document(question | {"limit": 30})).solutions:
            assert len(solution.reasons) == 8
            assert solution.why == tuple(reason.sentence for reason in solution.reasons)
            found |= {reason.code for reason in solution.reasons}
    resized = brief_from_document(
        {"resolution": 32, "latent_dim": 9, "upsampling": "resize", "verify": "none"}
    )
    found |= {reason.code for reason in design(resized).reasons}
    start = {"channels": 8, "size": [4]}
    for decoder in (
        {"resolution": [9], "initial_map": start},
        {"resolution": [44], "initial_map": start},
        {"factor": [11], "initial_map": start, "search": {"kernel_sizes": [11]}},
    ):
        brief = brief_from_document({**decoder, "verify": "none"})
        found |= {reason.code for reason in design(brief).reasons}
    assert found == SENTENCE_GROUPS["rank"].keys()


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_the_reasons_of_its_message(name: str) -> None:
    """The message is their sentences, and their facts are numbers of the refusal."""
    question, codes = REFUSED[name]
    with pytest.raises(NoChain) as caught:
        search_chains(query_from_document(question))
    reasons = caught.value.reasons
    assert [reason.code for reason in reasons] == codes
    assert str(caught.value) == "; ".join(reason.sentence for reason in reasons)
    assert reasons[0].facts["target"] == caught.value.facts["target"]


def test_every_code_of_a_refusal_is_given() -> None:
    assert {code for _, codes in REFUSED.values() for code in codes} == SENTENCE_GROUPS[
        "no_chain"
    ].keys()


@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        (
            "overlap",
            {"uneven": 1, "unread": 1},
            "1 layer overlaps unevenly and 1 mirrored layer would leave positions unread.",
        ),
        (
            "overlap",
            {"uneven": 0, "unread": 2},
            "0 layers overlap unevenly and 2 mirrored layers would leave positions unread.",
        ),
        (
            "cost",
            {"layers": 5, "multiply_adds": 104_628_224},
            "5 layers and 104,628,224 multiply-adds, the stem included: fewer come first.",
        ),
        (
            "kernel_distance",
            {"kernel_sizes": [[4, 3], [4, 4]], "distance": 1, "usual": "2S"},
            "Kernels 4×3, 4×4 differ by 1 px in total from 2S.",
        ),
        (
            "relax",
            {"constraints": [["exact"], ["strides", "max_layers"]]},
            "a chain exists without exact or without strides and max_layers",
        ),
    ],
)
def test_a_sentence_is_made_of_the_facts(
    code: str, facts: dict[str, object], sentence: str
) -> None:
    """With the noun in the right number, and lists as sizes or alternatives."""
    reason = Reason(code=code, facts=facts)
    assert reason.sentence == sentence
    assert reason_document(reason) == {"code": code, "facts": facts, "sentence": sentence}


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("overlap", {"uneven": 1}),
        ("overlap", {"uneven": 1, "unread": 2, "more": 3}),
        ("offsets_ignored", {"limit": 6}),
    ],
)
def test_a_reason_has_exactly_the_facts_of_its_template(code: str, facts: dict[str, int]) -> None:
    with pytest.raises(AssertionError, match=code):
        Reason(code=code, facts=facts)
    with pytest.raises(KeyError):
        Reason(code=f"no_{code}", facts=facts)


def test_no_two_codes_share_a_sentence() -> None:
    """And every template has its own words, so that a code is chosen by what is true."""
    assert len(set(SENTENCES.values())) == sum(map(len, SENTENCE_GROUPS.values()))
    assert template_fields(SENTENCES["cost"]) == {"layers", "multiply_adds"}


def test_facts_are_json_values() -> None:
    """Reading the JSON of a reason gives the same facts: lists, no tuples."""
    for question in RANKED.values():
        for reason in search_chains(query_from_document(question)).solutions[0].reasons:
            document = reason_document(reason)
            assert json.loads(json.dumps(document)) == document
