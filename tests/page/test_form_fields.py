"""The form is made from the fields of a brief; its parsers are those of the library."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from designer.brief.model import BRIEF
from designer.validation.json_readers import JsonObject
from designer.validation.text_values import parse_sizes
from service.web.form_fields import form_fields
from service.web.page_files import FIELDS_MODULE, read_page_file
from tests.page.browser_session import BrowserSession
from tests.page.test_messages import messages, run_node, served_module
from tests.page.views import open_fold
from tests.size_texts import SIZE_TEXTS


def fields_with_controls() -> list[JsonObject]:
    """Those in a group, which is the beginning of a name with a dot unless they say another."""
    return [field for field in form_fields() if "group" in field or "." in str(field["name"])]


def test_the_page_reads_sizes_as_the_library_does() -> None:
    """The same table as for query strings, command line and sweeps."""
    read = run_node(
        """
        const { readSizes } = await load("text-values.mjs");
        console.log(JSON.stringify(given.texts.map(readSizes)));
        """,
        texts=list(SIZE_TEXTS),
    )
    assert read == list(SIZE_TEXTS.values()) == [parse_sizes(text) for text in SIZE_TEXTS]


def test_the_module_has_every_field_of_a_brief() -> None:
    """Except ``verify``, which the page chooses."""
    served = served_module(FIELDS_MODULE)
    assert served == json.loads(json.dumps(form_fields()))
    objects = {row.name: row.fields for row in BRIEF if row.fields and row.name != "chain"}
    nested = {f"{name}.{inner.name}" for name, fields in objects.items() for inner in fields}
    names = {row.name for row in BRIEF} - {"verify", "initial_map", "search", "budget"}
    assert {field["name"] for field in served} == names | nested
    assert read_page_file(FIELDS_MODULE).media_type == "text/javascript"


def test_every_field_has_a_label_and_every_choice_a_name() -> None:
    """In the message file."""
    known = messages("page").keys()
    shown = fields_with_controls()
    assert len(shown) > 20
    for field in shown:
        choices = field.get("choices", [])
        assert isinstance(choices, list)
        assert {f"field.{field['name']}", *(f"choice.{choice}" for choice in choices)} <= known


def test_the_form_of_sweeps_has_the_fields_that_say_so(session: BrowserSession) -> None:
    """In the order of a brief; each has a label."""
    page = session.open("/?view=sweep")
    expect(page.locator("#sweep-resolution")).to_be_visible()
    names = page.locator("form :is(input, select)[id^=sweep-]").evaluate_all(
        "found => found.map((each) => each.name)"
    )
    wanted = [row.option for row in BRIEF if row.sweep]
    assert names == [*wanted, "verify"]
    assert {f"field.{name}" for name in wanted} <= messages("page").keys()


def test_a_field_with_a_unit_names_it(session: BrowserSession) -> None:
    """In its label on the page, as in the API and on the command line."""
    page = session.open()
    open_fold(page, "discriminator")
    expect(page.get_by_label("Receptive field, pixels")).to_be_visible()
    units = {str(field["unit"]) for field in form_fields() if "unit" in field}
    assert {f"unit.{unit}" for unit in units} <= messages("page").keys()


def test_the_form_has_a_control_for_every_field_of_a_group(session: BrowserSession) -> None:
    page = session.open()
    expect(page.locator("#field-latent_dim")).to_be_visible()
    ids = page.locator(".form [id^=field-]").evaluate_all("found => found.map((each) => each.id)")
    shown = [f"field-{field['name']}" for field in fields_with_controls()]
    assert sorted(ids) == sorted(shown)
    options = page.locator("#field-normalization option").evaluate_all(
        "found => found.map((each) => each.value)"
    )
    assert options == ["batch", "instance", "layer", "group", "none", "conditional_batch"]
