"""Chain queries and their responses as JSON values, for `/v1/chains` and `solve`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from designer.brief.brief_json import budget_from_document, chain_document, space_from_document
from designer.brief.field_rules import range_errors
from designer.brief.fields import Field, Kind, field_names, named_fields
from designer.brief.missing_values import DEFAULT_BASE_CHANNELS
from designer.brief.model import BRIEF, Brief
from designer.brief.options import DEFAULT_LATENT_DIM
from designer.brief.permalink import write_id
from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains import ChainQuery, ChainSearch, Solution
from designer.errors import InvalidRequest
from designer.geometry.layers import Size
from designer.networks.from_brief import assemble_networks
from designer.pipeline.design_json import count_document, reasons_document
from designer.validation.field_validators import check_integer, refuse
from designer.validation.json_readers import (
    JsonObject,
    read_integer,
    read_object,
    read_per_axis,
    refuse_field,
)
from designer.validation.limits import MAX_CHAINS, MAX_SIDE, MAX_SIGNAL_LENGTH, MIN_SIDE

_DEFAULTS = {"latent_dim": DEFAULT_LATENT_DIM, "base_channels": DEFAULT_BASE_CHANNELS}

_BRIEF = {row.name: row for row in BRIEF}

QUERY = (
    *named_fields(
        to=Field(
            Kind.SIZE,
            "Size of the picture, as `resolution` of a brief: height before width (depth first).",
            low=MIN_SIDE,
            high=MAX_SIGNAL_LENGTH,
            required=True,
        ),
        dimensions=replace(_BRIEF["dimensions"], meaning="Number of axes, for an integer `to`."),
        search=_BRIEF["search"],
        budget=_BRIEF["budget"],
        limit=Field(
            Kind.INTEGER, "Maximum number of chains in the response.", high=MAX_CHAINS, default=10
        ),
        cursor=Field(
            Kind.TEXT,
            "`next` of the previous response to the same request.",
            computed="the first page",
        ),
    ),
    *(
        replace(
            _BRIEF[name],
            default=_DEFAULTS.get(name, _BRIEF[name].default),
            computed="" if name in _DEFAULTS else _BRIEF[name].if_null,
            if_null="",
        )
        for name in ("latent_dim", "channels", "base_channels", "max_channels", "classes")
    ),
    *named_fields(
        **{
            "from": Field(
                Kind.SIZE,
                "Size of the initial map.",
                high=MAX_SIGNAL_LENGTH,
                computed="chosen by the solver",
            )
        }
    ),
)
"""The fields of a chain query, those of a brief with its limits."""

_NUMBERS = tuple(row for row in QUERY if row.kind is Kind.INTEGER and row.name != "dimensions")


def query_from_document(document: object) -> ChainQuery:
    """The chain query of a JSON object; a null field means its default.

    >>> query_from_document({"from": 4, "to": [64, 64]}).space.initial_size
    (4, 4)

    Raises:
        InvalidRequest: for unknown or missing fields, wrong types, and values outside limits.
    """
    fields = {
        name: value
        for name, value in read_object(
            document, pointer="", known=field_names(QUERY), required=("to",)
        ).items()
        if value is not None
    }
    target = _target(fields["to"], fields.get("dimensions"))
    cursor = fields.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        refuse_field("/cursor", "invalid_cursor", sentence="cursor_not_a_text")
    numbers: dict[str, Any] = {row.name: fields.get(row.name, row.default) for row in _NUMBERS}
    refuse(range_errors(_NUMBERS, numbers))
    budget = budget_from_document(fields.get("budget"))
    with _errors_at_from(fields):
        return ChainQuery(
            target=target,
            space=_space(fields, axes=len(target)),
            budget=budget,
            limit=numbers.pop("limit"),
            widths=Widths(**numbers),
            cursor=cursor,
        )


@contextmanager
def _errors_at_from(fields: JsonObject) -> Iterator[None]:
    """Point errors of the initial size to ``/from``, where the caller gave it."""
    try:
        yield
    except InvalidRequest as refusal:
        if "from" not in fields:
            raise
        errors = [
            replace(error, pointer=error.pointer.replace("/search/initial_size", "/from"))
            for error in refusal.errors
        ]
        raise InvalidRequest(errors) from refusal


def _target(value: object, dimensions: object) -> Size:
    axes = 2
    if dimensions is not None:
        axes = read_integer(dimensions, pointer="/dimensions", low=1, high=3)
    elif isinstance(value, list):
        axes = min(max(len(value), 1), 3)
    target = read_per_axis(value, pointer="/to", axes=axes)
    high = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE
    listed = isinstance(value, list)
    refuse(
        [
            error
            for axis, side in enumerate(target if listed else target[:1])
            for error in check_integer(
                side, pointer=f"/to/{axis}" if listed else "/to", low=MIN_SIDE, high=high
            )
        ]
    )
    return target


def _space(fields: JsonObject, *, axes: int) -> SearchSpace:
    space = space_from_document(fields.get("search"), axes=axes)
    if "from" not in fields:
        return space
    start = read_per_axis(fields["from"], pointer="/from", axes=axes)
    if space.initial_size not in (None, start):
        refuse_field(
            "/from",
            "contradiction",
            {"start": start, "initial_size": space.initial_size},
            sentence="from_and_initial_size",
        )
    return replace(space, initial_size=start)


def search_document(query: ChainQuery, search: ChainSearch) -> JsonObject:
    """The response body: count, one page of chains, frontier, visited states, next cursor."""
    first = query.cursor is None
    return {
        **count_document(search.count),
        "chains": [
            solution_document(query, solution, default=first and rank == 0)
            for rank, solution in enumerate(search.solutions)
        ],
        "frontier": [
            solution_document(query, solution, default=first and solution == search.solutions[0])
            for solution in search.frontier
        ],
        "states": search.states,
        "next": search.next_cursor,
    }


def solution_document(query: ChainQuery, solution: Solution, *, default: bool) -> JsonObject:
    """One chain with its figures and reasons; ``default``: the chain that a design would choose."""
    return {
        **chain_document(solution.chain),
        "departure": solution.departure,
        "exact_steps": solution.exact_steps,
        "even_overlap": solution.even_overlap,
        "parameters": solution.parameters,
        "multiply_adds": solution.multiply_adds,
        **reasons_document(solution.reasons),
        "design_id": _design_id(query, solution, default=default),
    }


def _design_id(query: ChainQuery, solution: Solution, *, default: bool) -> str | None:
    """The id of the design with this chain, None if that design would be refused."""
    widths = query.widths
    assert widths.latent_dim is not None, "a chain query has a latent vector"
    try:
        brief = Brief(
            resolution=query.target,
            latent_dim=widths.latent_dim,
            channels=widths.channels,
            base_channels=widths.base_channels,
            max_channels=widths.max_channels,
            classes=widths.classes,
            search=query.space,
            budget=query.budget,
            windows=None if default else solution.chain.windows,
        )
        assemble_networks(brief, solution.chain)
    except InvalidRequest:
        return None
    return write_id(brief, solution.chain)
