"""The URL holds the state: permalinks, history, and errors for invalid URLs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from designer.brief.brief_json import brief_from_document
from designer.brief.permalink import read_id
from designer.brief.search_space import SearchSpace
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design
from tests.page.browser_session import BrowserSession

BRIEF_EXAMPLES: dict[str, dict[str, Any]] = {
    "plain": {"resolution": 64, "latent_dim": 100},
    "oblong": {"resolution": [50, 150], "latent_dim": 7, "channels": 1, "base_channels": 8},
    "sequence": {"resolution": [640], "latent_dim": 9, "base_channels": 4},
    "volume": {"resolution": [16, 16, 16], "latent_dim": 9, "base_channels": 4},
    "styles": {
        "resolution": 32,
        "latent_dim": 9,
        "upsampling": "subpixel",
        "normalization": "group",
        "classes": 5,
        "discriminator": {"normalization": "spectral", "output": "logit", "base_channels": 6},
    },
    "patch": {"resolution": 64, "latent_dim": 9, "discriminator": {"patch": 34}},
    "alone": {"resolution": 32, "latent_dim": 9, "discriminator": None, "encoder": True},
    "decoder": {
        "resolution": [48, 64],
        "initial_map": {"channels": 12, "size": [6, 8]},
        "base_channels": 8,
    },
    "decoder of every length": {
        "factor": [8],
        "initial_map": {"channels": 12, "size": [16]},
        "base_channels": 8,
    },
    "searched": {
        "resolution": 60,
        "latent_dim": 9,
        "base_channels": 8,
        "search": {
            "kernel_sizes": [3, 5],
            "strides": [2],
            "exact": "any",
            "overlap": "any",
            "initial_size": 15,
            "max_layers": 4,
        },
        "budget": {"parameters": 900_000},
    },
    "axes of their own": {
        "resolution": [32, 96],
        "latent_dim": 9,
        "search": {"anisotropic": True, "output_padding": False},
    },
    "chosen": {
        "resolution": [32, 27],
        "latent_dim": 9,
        "base_channels": 8,
        "chain": [
            {"kernel_size": [8, 5], "stride": [4, 3], "padding": [2, 1]},
            {"kernel_size": [4, 3], "stride": [2, 3], "padding": [1, 0], "dilation": 1},
        ],
    },
}


@pytest.mark.parametrize("name", BRIEF_EXAMPLES)
def test_a_permalink_and_its_fields_mean_the_same_design(
    session: BrowserSession, name: str
) -> None:
    """Id → URL fields → brief gives the same id again."""
    brief = brief_from_document(BRIEF_EXAMPLES[name] | {"verify": "none"})
    wanted = design_document(design(brief))
    page = session.open(f"/?design={wanted['id']}")
    expect(page.locator(".badge.warn")).to_have_text("not run")
    reproduced = page.evaluate(
        """async (brief) => {
          const { briefOf, paramsOf } = await import("/web/brief.mjs");
          const params = Object.fromEntries(new URLSearchParams(new URLSearchParams(paramsOf(brief)).toString()));
          const body = JSON.stringify({ ...briefOf(params), verify: "none" });
          const headers = { "Content-Type": "application/json" };
          const answer = await fetch("/v1/designs", { method: "POST", body, headers });
          return await answer.json();
        }""",
        wanted["brief"],
    )
    assert reproduced["brief"] == wanted["brief"]
    assert reproduced["id"] == wanted["id"]


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_page_has_the_default_search_of_the_service(session: BrowserSession, axes: int) -> None:
    """The values that the page leaves out of URLs are the defaults of the service."""
    page = session.open("/?view=kitchen")
    fields = page.evaluate("async () => (await import('/web/brief.mjs')).FIELDS")
    usual = {name: row["defaultLists"] for name, row in fields.items() if row["kind"] == "list"}
    space = SearchSpace.default(axes=axes)
    assert usual.keys() == {"search.kernel_sizes", "search.strides", "search.dilations"}
    for name, lists in usual.items():
        found = tuple(map(int, lists[axes - 1].split(",")))
        assert found == getattr(space, name.removeprefix("search."))


def test_a_permalink_shows_the_design_and_can_be_changed(session: BrowserSession) -> None:
    """The form is filled from the id; a change starts from the brief of the id."""
    brief = brief_from_document(BRIEF_EXAMPLES["oblong"])
    identity = design_document(
        design(brief_from_document(BRIEF_EXAMPLES["oblong"] | {"verify": "none"}))
    )
    page = session.open(f"/?design={identity['id']}")
    expect(page.locator(".chain")).to_contain_text("50 × 150")
    expect(page.get_by_label("Width", exact=True)).to_have_value("150")
    expect(page.get_by_label("Channels", exact=True)).to_have_value("1")
    page.get_by_label("Height", exact=True).fill("60")
    expect(page.locator(".chain")).to_contain_text("60 × 150")
    expect(page.locator(".badge.good")).to_be_visible()
    assert "latent_dim=7" in page.url
    assert brief.base_channels == 8
    assert "base_channels=8" in page.url


def test_a_permalink_shows_its_chain_before_verification(session: BrowserSession) -> None:
    """While the response is held back, the picture of the generator is shown."""
    identity = design_document(
        design(brief_from_document(BRIEF_EXAMPLES["plain"] | {"verify": "none"}))
    )
    held_routes: list[Any] = []
    session.page.route(re.compile("/v1/designs/[^/]+$"), lambda route: held_routes.append(route))
    page = session.open(f"/?design={identity['id']}")
    picture = page.get_by_alt_text("Generator")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert len(held_routes) == 1
    held_routes[0].continue_()
    expect(page.locator(".chain")).to_contain_text("64 × 64")
    expect(picture).to_have_count(0)


def test_the_permanent_link_is_the_designs_id(session: BrowserSession) -> None:
    session.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = session.open("/?resolution=40&base_channels=8")
    page.get_by_role("button", name="Copy permanent link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    brief, found = read_id(link.rpartition("design=")[2])
    assert (brief.resolution, found.sizes[-1]) == ((40, 40), (40, 40))
    page.goto(link)
    expect(page.locator(".chain")).to_contain_text("40 × 40")


def test_back_and_forward_step_through_the_states(session: BrowserSession) -> None:
    """One history entry per edited field, not per key press; views have entries, too."""
    page = session.open()
    sides = page.locator(".chain")
    page.get_by_label("Side", exact=True).press_sequentially("0")
    page.get_by_label("Side", exact=True).fill("48")
    expect(sides).to_contain_text("48 × 48")
    page.get_by_label("Latent vector").fill("7")
    expect(sides).to_contain_text("7 numbers")
    page.get_by_role("link", name="Code", exact=True).click()
    expect(page.locator(".listing")).to_contain_text("latent_dim: int = 7")
    page.go_back()
    expect(sides).to_contain_text("7 numbers")
    page.go_back()
    expect(sides).to_contain_text("100 numbers")
    expect(sides).to_contain_text("48 × 48")
    page.go_back()
    expect(sides).to_contain_text("64 × 64")
    expect(page.get_by_label("Side", exact=True)).to_have_value("64")
    page.go_forward()
    expect(sides).to_contain_text("48 × 48")
    expect(page.get_by_label("Side", exact=True)).to_have_value("48")


def test_a_view_keeps_its_state_when_left(session: BrowserSession) -> None:
    page = session.open("/?resolution=48&base_channels=8")
    expect(page.locator(".chain")).to_contain_text("48 × 48")
    page.get_by_role("link", name="Layer", exact=True).click()
    expect(page.locator(".view.layer h1")).to_be_visible()
    page.get_by_role("link", name="Design", exact=True).click()
    expect(page.locator(".chain")).to_contain_text("48 × 48")


@pytest.mark.parametrize("view", ["", "view=code&"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("design=1damaged", "damaged|altered|cut"),
        ("design=zzz", "unknown|version"),
        ("resolution=sixty", "resolution"),
        ("resolution=64x64x64x64", "resolution"),
        ("resolutoin=64", "Unknown parameter: resolutoin"),
        ("chain=k4s2p9&resolution=64", "layer|padding|empty"),
        ("chain=quick", "chain"),
        ("upsampling=magic", "upsampling"),
        ("patch=0", "patch"),
        ("initial_map=8", "initial_map.size is required"),
    ],
)
def test_an_invalid_address_shows_an_error(
    session: BrowserSession, view: str, query: str, words: str
) -> None:
    """A message with an action, and no error of the page itself."""
    page = session.open(f"/?{view}{query}")
    alert: Any = page.get_by_role("alert")
    expect(alert).to_contain_text(re.compile(words))
    assert alert.get_by_role("link").count() + alert.get_by_role("button").count() > 0
    session.ignore_failed_requests()


def test_links_have_addresses(session: BrowserSession) -> None:
    """Links have a URL, so that a middle click or a bookmark works."""
    page: Page = session.open("/?resolution=48&base_channels=8")
    link = page.get_by_role("link", name="See the code")
    assert link.get_attribute("href") == "/?view=code&resolution=48&base_channels=8"
    expect(page.get_by_role("link", name="Code", exact=True)).to_have_attribute(
        "href", "/?view=code&resolution=48&base_channels=8"
    )
