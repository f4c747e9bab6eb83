"""Values as text: the same sizes in query strings, on the command line and in sweeps."""

from __future__ import annotations

import pytest

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import Kind
from designer.commands.options import Numbers
from designer.errors import FieldError, InvalidRequest
from designer.geometry.layers import Size
from designer.validation.text_values import parse_integer, parse_sizes
from service.commands.sweep.request import ValueList
from service.schemas.brief import BriefQuerySchema
from tests.size_texts import SIZE_TEXTS


@pytest.mark.parametrize(
    ("text", "value"),
    [("64", 64), (" 64", " 64"), ("9" * 60, 10**60 - 1), ("9" * 61, "9" * 61), ("1x1", "1x1")],
)
def test_only_plain_decimals_are_integers(text: str, value: object) -> None:
    assert parse_integer(text) == value


@pytest.mark.parametrize("text", SIZE_TEXTS)
def test_every_parser_reads_the_same_sizes(text: str) -> None:
    """Query string, command line and sweep."""
    value = SIZE_TEXTS[text]
    assert parse_sizes(text) == value
    assert Numbers().convert(text, None, None) == value
    assert ValueList(Kind.SIZE).convert(text, None, None) == [value]
    query = {"resolution": text, "latent_dim": "8"}
    assert outcome(BriefQuerySchema().load, query) == outcome(
        brief_from_document, {"resolution": value, "latent_dim": 8}
    )


def outcome(read: object, given: dict[str, object]) -> Size | tuple[FieldError, ...]:
    """The resolution, or the errors of the refusal."""
    assert callable(read)
    try:
        resolution: Size = read(given).resolution
    except InvalidRequest as refusal:
        return tuple(refusal.errors)
    return resolution


def test_a_long_text_of_sizes_is_not_split_without_limit() -> None:
    """A query string of a megabyte makes no list of a million entries."""
    sides = parse_sizes("x" * 10**6)
    assert isinstance(sides, list)
    assert len(sides) == 9


@pytest.mark.parametrize("text", ["2,3", " 2, 3 ", "2 ,3"])
def test_the_command_line_reads_lists_with_commas(text: str) -> None:
    assert Numbers().convert(text, None, None) == [2, 3]
    assert Numbers().convert(",".join(map(str, range(64))), None, None) == list(range(64))
