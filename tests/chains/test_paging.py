"""Pages of chains: they join without gap or repetition, and a cursor is bound to its request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.brief.search_space import Budget, SearchSpace
from designer.chains import ChainQuery, search_chains
from designer.chains.page_cursor import write_cursor
from designer.errors import InvalidRequest
from tests.chains.random_spaces import WIDTHS

QUERY = ChainQuery(target=(31, 45), space=SearchSpace.default(axes=2), widths=WIDTHS, limit=7)


def test_pages_join_to_one_list() -> None:
    """Three pages of seven are the first twenty-one, and the count is the same on each."""
    whole = search_chains(replace(QUERY, limit=21))
    pages, cursor = [], None
    for _ in range(3):
        page = search_chains(replace(QUERY, cursor=cursor))
        assert page.count == whole.count
        pages += page.solutions
        cursor = page.next_cursor
    assert tuple(pages) == whole.solutions
    assert cursor == whole.next_cursor


def test_the_last_page_has_no_next_cursor() -> None:
    """Paging to the end returns as many chains as the count."""
    space = replace(QUERY.space, kernel_sizes=(4,), strides=(2,))
    query = replace(QUERY, space=space, limit=5)
    chains, cursor = [], None
    while True:
        page = search_chains(replace(query, cursor=cursor))
        chains += page.solutions
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(chains) == len(set(chains)) == page.count


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!", "é", "AAAA", "A" * 10_000, "=", "AQAAAAoAAAAAAAAAAAAAAAA"]
)
def test_an_invalid_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_chains(replace(QUERY, cursor=cursor))
    assert caught.value.code == "invalid_cursor"
    assert caught.value.errors[0].pointer == "/cursor"


def test_every_altered_cursor_is_refused() -> None:
    """One character is changed, removed or inserted at any position."""
    cursor = write_cursor(QUERY, 7)
    altered = {cursor[:place] + "A" + cursor[place + 1 :] for place in range(len(cursor))}
    altered |= {cursor[:place] + cursor[place + 1 :] for place in range(len(cursor))}
    altered |= {cursor[:place] + "B" + cursor[place:] for place in range(len(cursor) + 1)}
    for text in altered - {cursor}:
        with pytest.raises(InvalidRequest):
            search_chains(replace(QUERY, cursor=text))


@pytest.mark.parametrize(
    "other",
    [
        {"target": (31, 46)},
        {"budget": Budget(parameters=10**9)},
        {"space": SearchSpace.default(axes=2, anisotropic=True)},
        {"widths": replace(WIDTHS, latent_dim=101)},
    ],
)
def test_a_cursor_of_another_request_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_chains(replace(QUERY, cursor=write_cursor(QUERY, 7), **other))  # type: ignore[arg-type]
    assert caught.value.code == "invalid_cursor"


@pytest.mark.parametrize("limit", [0, -1, 201, True, 2.0])
def test_a_bad_limit_is_refused(limit: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        replace(QUERY, limit=limit)  # type: ignore[arg-type]
    assert caught.value.errors[0].pointer == "/limit"


@pytest.mark.parametrize("target", [(), (3, 3), (64, 16385), (1_048_577,), (4, 4, 4, 4), (64.0,)])
def test_a_bad_target_is_refused(target: tuple[object, ...]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        replace(QUERY, target=target)  # type: ignore[arg-type]
    assert caught.value.errors[0].pointer.startswith("/to")
