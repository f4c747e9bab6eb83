"""The sentences of reasons: every code is used, and each specification formats its fact."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from designer.errors import InvalidLayer, InvalidRequest
from designer.geometry.layers import Window
from designer.reasons import SENTENCES, make_reason, reason_document
from designer.validation.errors_json import error_document
from designer.validation.field_validators import check_integer, field_error
from designer.validation.json_readers import read_object

ROOT = Path(__file__).parents[2]

COMPOSED = re.compile(r"^(proof|pools|works|generator|discriminator|encoder|\w+_of_part$)")
"""Codes that the sources compose from a name."""


def test_every_code_is_used() -> None:
    """The sources contain each code as a string, so no sentence is left over."""
    texts = [
        path.read_text(encoding="utf-8")
        for package in ("designer", "service")
        for path in (ROOT / package).rglob("*.py")
    ]
    used = set(re.findall(r'"([a-z_0-9]+)"', "\n".join(texts)))
    unused = {code for code in SENTENCES if code not in used and not COMPOSED.match(code)}
    assert {code for code in unused if code.removeprefix("idea_") not in used} == set()


@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        (
            "initial_size_differs",
            {"initial_size": (4,), "initial_map": [4, 8]},
            "initial_size [4] differs from initial_map.size [4, 8]",
        ),
        (
            "changed_field",
            {"index": 1, "op": "pad", "field": "mode", "before": None, "after": "reflect"},
            "layer 1 (pad): mode none → reflect",
        ),
        (
            "windows_of_step",
            {"before": [4], "after": (8, 8), "axes": 1, "windows": 2},
            "a step from (4,) to (8, 8) needs 1 windows, got 2",
        ),
        ("no_axes_to_pool", {"input_shape": ()}, "1 number has no axes to pool"),
        (
            "too_many_rows",
            {"maximum": 1000, "rows": 2048},
            "a sweep has at most 1,000 rows, got 2,048",
        ),
        (
            "no_patch",
            {"patch": 3, "size": [8, 8], "nearest": [4, 7]},
            "no chain of convolutions with a receptive field of 3 px fits a picture of 8×8;"
            " the nearest fields are 4 and 7",
        ),
        *(
            (
                "repeated",
                {"change": "add flatten at the end", "count": count},
                f"add flatten at the end, {text}",
            )
            for count, text in ((2, "twice"), (4, "four times"), (7, "7 times"))
        ),
    ],
)
def test_a_specification_formats_its_fact(
    code: str, facts: dict[str, object], sentence: str
) -> None:
    assert make_reason(code, **facts).sentence == sentence


def test_a_fact_may_be_a_reason() -> None:
    """Its sentence is a part of the outer one, and its JSON is complete."""
    refused = check_integer([1, 2], pointer="", low=0, high=1)[0]
    assert refused.detail == "the request must be an integer, got a list of 2"
    document = reason_document(refused.reason)
    assert document["facts"]["got"] == {  # type: ignore[index]
        "code": "a_list",
        "facts": {"length": 2},
        "sentence": "a list of 2",
    }
    assert json.loads(json.dumps(document)) == document


def test_facts_without_a_place_in_the_sentence_are_left_out() -> None:
    reason = make_reason("missing_field", field="stride", minimum=1)
    assert reason.facts == {"field": "stride"}
    with pytest.raises(AssertionError, match="out_of_range"):
        make_reason("out_of_range", field="stride", minimum=1)


def test_an_error_has_the_facts_of_its_sentence_and_its_own() -> None:
    """``facts`` are what the error listed before it had reasons; the reason has all of them."""
    error = field_error("/search/strides", "out_of_range", {"got": "'9'"}, minimum=1, maximum=4)
    assert error.facts == {"minimum": 1, "maximum": 4}
    assert error.reason.facts == {"field": "strides", "got": "'9'", "minimum": 1, "maximum": 4}
    with pytest.raises(InvalidLayer, match="stride must be at least 1, got 0") as caught:
        Window(kernel_size=3, stride=0)
    assert caught.value.facts == {"stride": 0}
    assert error_document(caught.value)["reasons"] == [
        {
            "code": "below_minimum",
            "facts": {"field": "stride", "minimum": 1, "value": 0},
            "sentence": "stride must be at least 1, got 0",
        }
    ]


def test_each_field_error_has_its_reasons() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_object({"b": 1}, pointer="/chain/0", known=("a",), required=("a",))
    document = error_document(caught.value)
    assert "reasons" not in document
    errors = document["errors"]
    assert isinstance(errors, list)
    for each in errors:
        (reason,) = each["reasons"]
        assert (reason["code"], reason["sentence"]) == (each["code"], each["detail"])
    assert document["detail"] == "; ".join(each["detail"] for each in errors)
