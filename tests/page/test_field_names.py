"""The fields of the page's URLs are the query parameters of the API; earlier names are read, too."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from designer.brief.fields import Kind
from designer.brief.model import BRIEF
from service.schemas.query_fields import QueryParameter, query_parameters, query_values
from service.web.form_fields import form_fields
from tests.page.browser_session import BrowserSession
from tests.page.views import open_fold

BASE = {"resolution": "32", "latent_dim": "9", "base_channels": "8"}

TEXTS = {
    Kind.INTEGER: "7",
    Kind.SIZE: "6x8",
    Kind.LIST: "2,3,5",
    Kind.FLAG: "false",
    Kind.LEVELS: "1,2",
}

READ = """async (queries) => {
  const { briefOf, unusableFields, withApiNames } = await import("/web/brief.mjs");
  return queries.map((query) => {
    const params = withApiNames(query);
    return { names: Object.keys(params), brief: briefOf(params), unusable: unusableFields(params) };
  });
}"""

OLD_LINKS: dict[str, dict[str, Any]] = {
    "initial_map=512x4x4": {"initial_map": {"channels": 512, "size": [4, 4]}},
    "initial_map=512x4x6": {"initial_map": {"channels": 512, "size": [4, 6]}},
    "initial_map=80": {"initial_map": {"channels": 80}},
    "no_discriminator=true": {"discriminator": None},
    "no_discriminator=true&patch=70": {"discriminator": None},
    "no_discriminator=false": {},
    "max_parameters=100000": {"budget": {"parameters": 100000}},
    "kernel_sizes=3,4&output_padding=false": {
        "search": {"kernel_sizes": [3, 4], "output_padding": False}
    },
}


def text_of(parameter: QueryParameter) -> str:
    """A value of the parameter as text."""
    row = parameter.row
    if row.kind is Kind.OBJECT:
        return "none" if row.shorthand is None else "variance"
    return str(row.offered[-1]) if row.choices is not None else TEXTS[row.kind]


REPLACED = {"factor": "resolution", "initial_map": "latent_dim", "skips": "latent_dim"}
"""What a field takes the place of."""


def parameters() -> list[QueryParameter]:
    """Those that the page has: all but the verification."""
    return [each for each in query_parameters(BRIEF) if each.row.page is not None]


def test_the_fields_of_the_page_have_the_names_of_the_api() -> None:
    """All of them, but the verification, which the page chooses, and a chain, which no query has."""
    served = {str(field["name"]) for field in form_fields()}
    assert served == {each.names[0] for each in parameters()} | {"chain"}
    assert {"discriminator.patch", "budget.parameters", "initial_map.size"} <= served


def test_every_name_of_the_api_means_the_same_on_the_page(session: BrowserSession) -> None:
    """By its dotted name and by that of the command line; the page writes the dotted one."""
    cases = [(each, name) for each in parameters() for name in each.names]
    queries = [
        {**BASE, name: "true" if name == "no_discriminator" else text_of(each)}
        for each, name in cases
    ]
    found = session.open("/?view=kitchen").evaluate(READ, queries)
    assert len(queries) > 45
    for (each, name), query, read in zip(cases, queries, found, strict=True):
        wanted = query_values(query, BRIEF)
        if name == "initialization":
            wanted[name] = {"generator": query[name], "discriminator": query[name]}
        replaced = REPLACED.get(each.path[0])
        wanted.pop(replaced or "", None)
        assert read["brief"] == wanted, name
        assert read["unusable"] == [], name
        assert name not in each.names[1:] or name not in read["names"]


def test_links_of_earlier_releases_mean_what_they_meant(session: BrowserSession) -> None:
    queries = [{**BASE, **dict(parse_qsl(link))} for link in OLD_LINKS]
    found = session.open("/?view=kitchen").evaluate(READ, queries)
    for (link, fields), read in zip(OLD_LINKS.items(), found, strict=True):
        start = {} if "initial_map" in fields else {"latent_dim": 9}
        assert read["brief"] == {"resolution": 32, "base_channels": 8, **start, **fields}, link
        assert read["unusable"] == [], link


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("patch=16&discriminator.patch=34", "patch contradicts another parameter."),
        ("discriminator=none&discriminator.patch=34", "discriminator.patch contradicts"),
        ("initial_map=8x4x4&initial_map.size=8", "initial_map contradicts"),
        ("initialization=dcgan&initialization.generator=variance", "initialization contradicts"),
        ("constructor=1", "Unknown parameter: constructor."),
        ("discriminator.colour=red", "Unknown parameter: discriminator.colour."),
    ],
)
@pytest.mark.parametrize("view", ["design", "code"])
def test_fields_that_contradict_each_other_are_refused(
    session: BrowserSession, view: str, query: str, sentence: str
) -> None:
    """As the API refuses them, not one of them read and the other dropped."""
    page = session.open(f"/?view={view}&{query}")
    expect(page.get_by_role("alert")).to_contain_text(sentence)


def test_the_page_writes_the_names_of_the_api(session: BrowserSession) -> None:
    """Also when an old link is changed; the service reads the address as the page does."""
    page = session.open(f"/?{urlencode(BASE)}&max_parameters=900000&patch=16")
    expect(page.locator(".badge.good")).to_be_visible()
    expect(page.get_by_label("Max parameters")).to_have_value("900000")
    open_fold(page, "search")
    page.get_by_label("Strides").fill("2")
    page.get_by_label("Output", exact=True).select_option("logit")
    expect(page.locator(".badge.good")).to_be_visible()
    fields = dict(parse_qsl(urlsplit(page.url).query))
    assert fields == BASE | {
        "budget.parameters": "900000",
        "discriminator.patch": "16",
        "search.strides": "2",
        "discriminator.output": "logit",
    }
    answer = page.request.get(f"{session.url}/v1/designs?{urlencode(fields)}").json()
    page.get_by_role("link", name="See the code").click()
    expect(page.locator(".listing code")).to_contain_text("class Generator")
    assert page.locator(".listing code").inner_text() == answer["source"]["text"]


def test_without_a_discriminator_its_options_leave_the_address(session: BrowserSession) -> None:
    page = session.open(f"/?{urlencode(BASE)}&discriminator.patch=16")
    expect(page.locator(".badge.good")).to_be_visible()
    page.get_by_label("No discriminator").check()
    expect(page.locator(".network.discriminator")).to_have_count(0)
    assert dict(parse_qsl(urlsplit(page.url).query)) == BASE | {"discriminator": "none"}
    page.get_by_label("Receptive field, pixels").fill("16")
    expect(page.locator(".network.discriminator")).to_be_visible()
    expect(page.get_by_label("No discriminator")).not_to_be_checked()
    assert dict(parse_qsl(urlsplit(page.url).query)) == BASE | {"discriminator.patch": "16"}
