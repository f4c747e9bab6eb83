"""Requests are parsed strictly and within limits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.request_reader import (
    MAX_INTEGER_DIGITS,
    MAX_JSON_DEPTH,
    parse_json,
)
from service.problems.problem_document import ProblemError

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**50), 10**50)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


ALLOWED = ("empty_body", "malformed_json", "nested_too_deep", "integer_too_long")


def read_or_refuse(body: bytes) -> object:
    """The value of a body, or the code of its refusal."""
    try:
        return parse_json(body)
    except ProblemError as refusal:
        return refusal.code


@given(value=json_values)
def test_json_is_read_as_json(value: object) -> None:
    """Values written by json are read unchanged."""
    assert parse_json(json.dumps(value).encode()) == value


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """The parser raises only ProblemError."""
    outcome = read_or_refuse(body)
    assert outcome in ALLOWED or outcome == json.loads(body)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "empty_body", "empty"),
        (b" \n\t", "empty_body", "empty"),
        (b"{", "malformed_json", "line 1, column 2"),
        (b"\n\n  nope", "malformed_json", "line 3, column 3"),
        (b'{"a": 1} {"b": 2}', "malformed_json", "Extra data"),
        (b"{'a': 1}", "malformed_json", "line 1"),
        (b'{"a": NaN}', "malformed_json", "NaN is not JSON"),
        (b"[-Infinity]", "malformed_json", "-Infinity is not JSON"),
        (b'{"a": 1, "a": 2}', "malformed_json", "'a' appears twice"),
        (b'{"a": "\xff"}', "malformed_json", "UTF-8"),
        (b'{"a": "\\ud800"}', "malformed_json", "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "malformed_json", "UTF-8"),
        (b"1" * 5000, "integer_too_long", "5000 digits"),
        (b'{"resolution": ' + b"9" * 5000 + b"}", "integer_too_long", "5000 digits"),
        (b"-" + b"1" * 61, "integer_too_long", "62 digits"),
        (b"[" * 100_000, "nested_too_deep", "32 levels"),
        (b'{"a":' * 100_000, "nested_too_deep", "32 levels"),
        (b"[" * 40 + b"]" * 40, "nested_too_deep", "32 levels"),
    ],
)
def test_each_bad_body_has_its_code(body: bytes, code: str, words: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_json(body)
    assert refusal.value.code == code
    assert words in refusal.value.detail


def nested(levels: int, opening: str, innermost: str, closing: str) -> bytes:
    """A body of so many levels, one in the other."""
    return (opening * levels + innermost + closing * levels).encode()


@pytest.mark.parametrize(
    ("opening", "innermost", "closing"),
    [("[", "", "]"), ("[", "1", "]"), ('{"a": ', "null", "}"), ("[1, ", '"[["', "]")],
    ids=["empty", "a number", "objects", "beside numbers"],
)
def test_the_deepest_body_has_32_levels(opening: str, innermost: str, closing: str) -> None:
    """Whatever the innermost level contains."""
    body = nested(MAX_JSON_DEPTH, opening, innermost, closing)
    assert json.dumps(parse_json(body)).encode() == body
    assert read_or_refuse(nested(MAX_JSON_DEPTH + 1, opening, innermost, closing)) == (
        "nested_too_deep"
    )


def test_the_deepest_empty_object_has_32_levels() -> None:
    """It is a level too."""
    assert parse_json(nested(MAX_JSON_DEPTH - 1, "[", "{}", "]"))
    assert read_or_refuse(nested(MAX_JSON_DEPTH, "[", "{}", "]")) == "nested_too_deep"


def test_the_longest_integer_is_read() -> None:
    """The bound itself is inside."""
    assert parse_json(b"7" * MAX_INTEGER_DIGITS) == int("7" * MAX_INTEGER_DIGITS)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"1," * 400_000 + b"1]",
        b"{" + b",".join(b'"%d":0' % n for n in range(80_000)) + b',"79999":1}',
        b'"' + b"\\u0041" * 150_000 + b'"',
        b"[" + b"[]," * 300_000 + b"[]]",
    ],
    ids=["long list", "many names", "escapes", "many lists"],
)
def test_no_body_takes_more_than_linear_time(body: bytes) -> None:
    """A megabyte of any content is parsed quickly; quadratic parsing would take minutes."""
    outcome = read_or_refuse(body)
    assert outcome == "malformed_json" or outcome == json.loads(body)
