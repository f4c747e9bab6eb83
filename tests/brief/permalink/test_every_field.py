"""An id has a place for every field of a brief: none is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import Field, Kind
from designer.brief.model import BRIEF
from designer.brief.permalink import read_id, write_id
from designer.geometry.chain import Chain
from designer.geometry.layers import Window

PLAIN: dict[str, Any] = {"resolution": 16, "latent_dim": 8, "base_channels": 16}
STEP = (Window(kernel_size=4, stride=2, padding=1),) * 2
FIVE = (Window(kernel_size=5, stride=5),) * 2
DOCUMENTS: dict[str, Any] = {
    "resolution": 20,
    "dimensions": 1,
    "initial_map": {"channels": 3, "size": 4},
    "chain": [{"kernel_size": 4, "stride": 2, "padding": 1}],
}
"""Values of fields that are not one number, choice, flag or list."""
NEEDED = {
    "blocks": {"architecture": "resnet"},
    "attention": {"architecture": "resnet"},
    "expansion": {"architecture": "r3gan"},
    "group_width": {"architecture": "r3gan"},
    "skips": {"encoder": True, "latent_dim": None},
    "input_channels": {"encoder": True, "latent_dim": None, "skips": "add"},
    "any_size": {"encoder": True, "latent_dim": None, "skips": "add"},
}
"""What fields need that do not go with the defaults."""


def other_value(row: Field) -> object:
    """A value that is not the default."""
    if row.name in DOCUMENTS:
        return DOCUMENTS[row.name]
    if row.default_by is not None and row.default is None:
        return "variance"
    if row.name == "any_size":
        return "pad"
    if row.choices is not None:
        return next(str(choice) for choice in row.offered if choice != row.default)
    if row.kind is Kind.FLAG:
        return not row.default
    values = {Kind.LIST: [3, 5], Kind.LEVELS: [1, 3], Kind.SIZE: 5, Kind.INTEGER: row.low + 4}
    return values[row.kind]


def leaves(rows: tuple[Field, ...], *path: str) -> list[tuple[str, object]]:
    """Every field of the tables by its pointer, objects field by field, each with a value."""
    found: list[tuple[str, object]] = []
    for row in rows:
        if row.kind is Kind.OBJECT:
            found += leaves(row.fields, *path, row.name)
        else:
            found.append(("/".join((*path, row.name)), other_value(row)))
    return [*found, *((row.name, None) for row in rows if row.removable)]


FIELDS = leaves(BRIEF)


def test_the_fields_are_those_of_every_table() -> None:
    names = {path for path, _ in FIELDS}
    assert {"channels", "search/strides", "budget/parameters", "discriminator/patch"} <= names
    assert len(names) == sum(len(row.fields) if row.kind is Kind.OBJECT else 1 for row in BRIEF) + 1


@pytest.mark.parametrize(("path", "value"), FIELDS, ids=[path for path, _ in FIELDS])
def test_an_id_gives_back_every_field(path: str, value: object) -> None:
    """A field without a place in the format of an id would be lost."""
    *outer, name = path.split("/")
    document = PLAIN | ({outer[0]: {name: value}} if outer else {name: value})
    if name in ("initial_map", "factor"):
        del document["latent_dim"]
    if name == "factor":
        document |= {"initial_map": {"channels": 3}, "search": {"strides": [5]}}
        del document["resolution"]
    if name == "variational":
        document["encoder"] = True
    document |= NEEDED.get(name, {})
    brief = brief_from_document(document)
    assert brief != brief_from_document(PLAIN)
    steps = (FIVE,) if name == "factor" else (STEP[: brief.axes],) * 2
    chain = Chain.leading_to(brief.resolution, brief.windows or steps)
    assert read_id(write_id(brief, chain))[0] == brief
