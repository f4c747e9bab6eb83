"""Whatever fails on the page, a request or a render, a message says so; what is outdated is dimmed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import DECODER, VIEWS, audit_path, open_fold
from tests.service.servers import Server

SMALL = "resolution=32&base_channels=8"
LOADED = {
    "design": (f"/?{SMALL}", ".badge.good"),
    "code": (f"/?view=code&{SMALL}", ".badge.good"),
    "layer": VIEWS["layer"],
    "audit": (audit_path(DECODER, input_shape="64x7x7", wanted_shape="1x28x28"), ".diff"),
    "sweep": VIEWS["sweep"],
}
"""View: its path, and a selector that matches once it is complete."""

MESSAGE = "main .failure, main .late"

THROW_AT_EACH_RENDER = """async (path) => {
  const { replaceChildren } = Element.prototype;
  let left = Infinity;
  Element.prototype.replaceChildren = function (...children) {
    if (this.isConnected && --left === 0) throw new Error("thrown by a test");
    return replaceChildren.apply(this, children);
  };
  const go = async (next) => {
    history.pushState(null, "", next);
    dispatchEvent(new PopStateEvent("popstate"));
    for (let quiet = 0, rounds = 0; quiet < 4 && rounds < 80; quiet += 1, rounds += 1) {
      await new Promise((done) => setTimeout(done, 15));
      if (document.querySelector("[aria-busy=true]")) quiet = 0;
    }
  };
  await go(path);
  const silent = [];
  for (let place = 1; ; place += 1) {
    left = Infinity;
    await go("/?view=kitchen");
    left = place;
    await go(path);
    if (left > 0) return { renders: place - 1, silent };
    const message = [...document.querySelectorAll("main .failure")].some((box) => box.checkVisibility());
    if (!message) silent.push(place);
  }
}"""
"""Show a path again and again; each time the next change of the document throws."""


@pytest.fixture
def page(pages: SharedPages, server: Server) -> Iterator[Page]:
    """A page whose console is not checked: the tests cause its errors."""
    with BrowserSession.start(pages, server.url, reduced_motion="reduce") as session:
        session.open("/problems")
        yield session.page


def address(page: Page, path: str) -> str:
    return page.url.replace("/problems", path)


@pytest.mark.parametrize("view", LOADED)
def test_every_request_that_fails_shows_a_message(page: Page, view: str) -> None:
    """Each script and each call of the API that a view makes, but the one for stored colours."""
    path, complete = LOADED[view]
    start = address(page, path)
    requested: dict[str, None] = {}
    kinds = ("fetch", "script")
    page.on(
        "request",
        lambda request: (
            requested.setdefault(request.url) if request.resource_type in kinds else None
        ),
    )
    page.goto(start)
    expect(page.locator(complete).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    failing = [url for url in requested if not url.endswith("color-scheme.js")]
    if view != "design":
        failing = [url for url in failing if "/v1/" in url or url.endswith(f"/{view}.mjs")]
    assert len(failing) > (20 if view == "design" else 0)
    for url in failing:
        page.route(url, lambda route: route.abort())
        page.goto("about:blank")
        page.goto(start)
        expect(page.locator(MESSAGE).first, url).to_be_visible()
        page.unroute(url)


@pytest.mark.parametrize("view", LOADED)
def test_every_render_that_throws_shows_a_message(page: Page, view: str) -> None:
    path, complete = LOADED[view]
    page.goto(address(page, path))
    expect(page.locator(complete).first).to_be_visible()
    found = page.evaluate(THROW_AT_EACH_RENDER, path)
    assert found["renders"] > 5
    assert found["silent"] == []


def test_an_error_of_the_page_says_so_and_the_next_state_is_shown(page: Page) -> None:
    """What may be wrong is dimmed until another state is on the screen."""
    page.goto(address(page, f"/?{SMALL}"))
    expect(page.locator(".badge.good")).to_be_visible()
    page.evaluate("setTimeout(() => { throw new TypeError('broken on purpose'); })")
    fault = page.get_by_role("alert")
    expect(fault).to_contain_text("An error of this page")
    expect(fault).to_contain_text("TypeError: broken on purpose")
    expect(page.locator(".view")).to_have_css("opacity", "0.45")
    page.get_by_label("Side", exact=True).fill("40")
    expect(fault).to_have_count(0)
    expect(page.locator(".view")).to_have_css("opacity", "1")


def test_a_budget_that_no_chain_meets_dims_the_last_design(session: BrowserSession) -> None:
    """By its address and typed; the dimmed design can no longer be taken for the answer."""
    page = session.open("/?resolution=97&max_parameters=100")
    expect(page.get_by_role("alert")).to_contain_text("within the budget of 100 parameters")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.goto(session.url + f"/?{SMALL}")
    expect(page.locator(".badge.good")).to_be_visible()
    open_fold(page, "budget")
    page.get_by_label("Max parameters").fill("100")
    expect(page.get_by_role("alert")).to_contain_text("within the budget of 100 parameters")
    expect(page.locator(".summary")).to_have_css("opacity", "0.45")
    assert page.locator(".summary").evaluate("part => part.inert")
    page.get_by_label("Max parameters").fill("100000")
    expect(page.locator(".summary")).to_have_css("opacity", "1")
    assert not page.locator(".summary").evaluate("part => part.inert")
    session.ignore_failed_requests()


def test_a_field_without_a_number_dims_the_last_design(session: BrowserSession) -> None:
    """The field says what it needs; a field with a default shows that instead."""
    page = session.open(f"/?{SMALL}")
    expect(page.locator(".badge.good")).to_be_visible()
    side = page.get_by_label("Side", exact=True)
    side.fill("")
    expect(page.locator(".notice")).to_contain_text("A number is missing")
    expect(side).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".summary")).to_have_css("opacity", "0.45")
    side.fill("32")
    expect(page.locator(".notice")).to_be_empty()
    expect(page.locator(".summary")).to_have_css("opacity", "1")
    latent = page.get_by_label("Latent vector")
    latent.fill("")
    latent.press_sequentially("-")
    expect(page.locator(".notice")).to_contain_text("Enter a whole number.")
    latent.fill("7")
    latent.fill("")
    expect(latent).to_have_attribute("placeholder", "100")
    expect(page.locator(".chain")).to_contain_text("100 numbers")


@pytest.mark.parametrize("view", ["design", "code"])
def test_a_design_that_is_not_run_says_why(session: BrowserSession, view: str) -> None:
    """With the predicted cost; no sentence says that torch ran it."""
    page = session.open(f"/?view={view}&resolution=16384")
    expect(page.locator(".badge.warn")).to_have_text("not run")
    expect(page.locator(".not-run")).to_have_text(
        re.compile(r"not run: [\d,]{13,} multiply-adds and [\d,]{9,} bytes are predicted")
    )
    expect(page.get_by_text("exactly this source")).to_have_count(0)


def test_a_copy_needs_no_clipboard(session: BrowserSession) -> None:
    """Pages on http have none: the text is copied by a selection, or shown selected."""
    page = session.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = session.open(f"/?{SMALL}")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    expect(page.locator(".badge.good")).to_be_visible()
    page.get_by_role("button", name="Copy permanent link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate(
        "Object.getOwnPropertyDescriptor(Navigator.prototype, 'clipboard').get.call(navigator).readText()"
    )
    assert link.startswith(f"{session.url}/?design=")
    page.get_by_role("link", name="See the code").click()
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copy it with Ctrl+C")).to_be_visible()
    code = page.locator(".listing code").inner_text()
    assert page.evaluate("getSelection().toString()").strip() == code.strip()


@pytest.mark.parametrize(
    ("query", "shown"), [("upsampling=subpixel", 1), ("upsampling=transposed", 0)]
)
def test_the_plot_says_whose_costs_it_shows(
    session: BrowserSession, query: str, shown: int
) -> None:
    """Those of transposed convolutions, which differ from those of a sub-pixel design."""
    page = session.open(f"/?{SMALL}&{query}")
    expect(page.locator(".scatter")).to_be_visible()
    note = page.locator(".readout", has_text="costs with transposed convolutions")
    expect(note).to_have_count(shown)
    expect(page.locator(".scatter text", has_text="transposed")).to_have_count(2 * shown)


def test_an_edited_form_dims_the_answer_to_the_earlier_one(session: BrowserSession) -> None:
    """Of an audit; the same text again is that of the answer."""
    page = session.open(LOADED["audit"][0])
    expect(page.locator(".diff").first).to_be_visible()
    shape = page.get_by_label("Input shape")
    before = shape.input_value()
    shape.fill("64x9x9")
    expect(page.locator(".answer.outdated")).to_be_visible()
    shape.fill(before)
    expect(page.locator(".answer.outdated")).to_have_count(0)
