"""Every field of a table appears wherever its row offers it, without another edit."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from designer.brief.brief_json import brief_document
from designer.brief.fields import SCALARS, Field, Kind, named_fields
from designer.brief.model import BRIEF, Brief
from designer.cli import main
from designer.commands.brief_options import field_options, field_options_document
from designer.layer import DRAWING, LAYER, QUESTION
from service.commands.sweep.command import sweep
from service.schemas.field_schemas import answered, requested
from service.schemas.query_fields import queried
from service.web.form_fields import form_fields

TRIAL = named_fields(
    note=Field(Kind.INTEGER, "A number of the caller.", high=9, page="picture", sweep=True)
)
ROWS = (*BRIEF, *TRIAL)


def names(parameters: list[click.Parameter]) -> set[str]:
    """The names of options, without the ``no_`` of flags that are true by default."""
    return {str(each.name).removeprefix("no_") for each in parameters}


def test_a_new_row_is_offered_everywhere() -> None:
    """Its schemas, its option and its control are made from the row."""
    for fields in (requested(ROWS), queried(ROWS), answered(ROWS)):
        assert "note" in fields
    (control,) = (each for each in form_fields(ROWS) if each["name"] == "note")
    assert control == {"name": "note", "group": "picture", "sweep": True}

    @click.command()
    @field_options(ROWS)
    def command(**given: object) -> None:
        click.echo(field_options_document(ROWS, given))

    assert CliRunner().invoke(command, ["--note", "7"]).output == "{'note': 7}\n"


@pytest.mark.parametrize("row", BRIEF, ids=lambda row: row.name)
def test_a_field_of_a_brief_is_offered_everywhere(row: Field, app: Flask) -> None:
    """In bodies, query strings, grids and answers, on the command line and on the page."""
    schemas: Any = app.extensions["openapi_document"]["components"]["schemas"]
    (operation,) = (
        methods["get"]
        for path, methods in app.extensions["openapi_document"]["paths"].items()
        if path == "/v1/designs"
    )
    queries = {each["name"] for each in operation["parameters"]}
    grid = next(each for each in schemas["Sweep"]["properties"]["grid"]["oneOf"] if "type" in each)
    assert row.name in brief_document(Brief(resolution=16, latent_dim=8))
    assert row.name in schemas["Brief"]["properties"]
    assert row.name in schemas["AnsweredBrief"]["required"]
    assert row.name in grid["properties"]
    is_text = row.kind in (*SCALARS, Kind.SIZE, Kind.LEVELS) or row.shorthand is not None
    assert (row.name in queries) == (is_text or row.removable)
    command, controls = main.commands["design"], {str(each["name"]) for each in form_fields()}
    nested = row.kind in (Kind.OBJECT, Kind.MAP)
    if row.shorthand is not None:
        assert row.option in names(command.params)
    for leaf in row.fields if nested else (row,):
        option = row.option if row.kind is Kind.MAP else leaf.option
        assert (option in names(command.params)) == (row.kind is not Kind.CHAIN)
        control = f"{row.name}.{leaf.name}" if nested else row.name
        assert (control in controls) == (leaf.page is not None)
    offered = row.name in names(sweep.params)
    assert offered == (row.kind is not Kind.CHAIN)


@pytest.mark.parametrize(
    ("command", "rows", "schema"),
    [
        ("conv", LAYER, "Conv"),
        ("conv-transpose", LAYER, "ConvTranspose"),
        ("solve", QUESTION, "Question"),
    ],
)
def test_a_field_of_a_layer_is_offered_everywhere(
    command: str, rows: tuple[Field, ...], schema: str, app: Flask
) -> None:
    """In bodies, and on the command line as an option or an argument."""
    group: Any = main.commands["layer"]
    wanted = {row.option for row in rows}
    assert wanted <= names(group.commands[command].params)
    described = app.extensions["openapi_document"]["components"]["schemas"][schema]["properties"]
    assert list(described) == [row.name for row in rows]


@pytest.mark.parametrize("path", ["conv", "conv-transpose"])
def test_a_field_of_a_drawing_is_a_query_parameter(path: str, app: Flask) -> None:
    """In the order of its table."""
    operation = app.extensions["openapi_document"]["paths"][f"/v1/layers/{path}.svg"]["get"]
    assert [each["name"] for each in operation["parameters"]] == [row.name for row in DRAWING]
