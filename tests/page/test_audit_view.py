"""The audit view: paste a network, find the failing layer, apply a repair."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import DECODER
from tests.service.servers import Server

pytestmark = [pytest.mark.slow]


def paste(page: Page, text: str, shape: str, wanted: str = "") -> None:
    """Fill in the form and submit it."""
    page.get_by_role("textbox", name="Your network").fill(text)
    page.get_by_role("textbox", name="Input shape").fill(shape)
    page.get_by_role("textbox", name="Wanted shape").fill(wanted)
    page.get_by_role("button", name="Audit", exact=True).click()


def test_a_source_is_repaired_by_a_diff(session: BrowserSession) -> None:
    """27 instead of 28: the layer is marked; applying the diff changes the text and the verdict."""
    page = session.open("/?view=audit")
    paste(page, DECODER, "64x7x7", "(1, 28, 28)")
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("It runs, but misses the wanted shape")
    expect(verdict).to_contain_text("returns 1×27×27 where 1×28×28 is wanted")
    expect(verdict).to_contain_text("Network: nn.Sequential(nn.ConvTranspose2d(64, 32, 4, 2, 1)")
    rows = page.locator(".trace tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_have_class("shows")
    expect(rows.nth(2)).to_contain_text("shows here")
    expect(rows.nth(2)).to_contain_text("32 × 14 × 14 → 1 × 27 × 27")
    expect(rows.nth(0)).not_to_contain_text("here")
    written = [DECODER.splitlines()[place].strip()[:18] for place in (1, 3)]
    assert written == ["nn.ConvTranspose2d"] * 2
    expect(rows.locator("th code")).to_have_text(["conv_transpose", "ReLU", "conv_transpose"])
    expect(rows.nth(2).locator("th")).to_contain_text("line 4")
    first = page.locator(".repairs li").first
    expect(first.locator(".removed")).to_have_text("-    nn.ConvTranspose2d(32, 1, 3, 2, 1),\n")
    expect(first.locator(".added")).to_contain_text("output_padding=1")
    first.get_by_role("button", name="Apply").click()
    expect(verdict).to_contain_text("It fits")
    expect(page.locator(".verdict h2")).to_be_focused()
    text = page.get_by_role("textbox", name="Your network")
    expect(text).to_have_value(DECODER.replace("3, 2, 1)", "3, 2, 1, output_padding=1)"))
    page.go_back()
    expect(verdict).to_contain_text("misses")
    expect(text).to_have_value(DECODER)


@pytest.mark.parametrize("name", ["decoder", "discriminator", "linear"])
def test_every_offered_repair_can_be_applied(session: BrowserSession, name: str) -> None:
    """After each repair the network fits; Back undoes it."""
    page = session.open("/?view=audit")
    page.locator(f"[data-example={name}]").click()
    expect(page.locator(".repairs li").first).to_be_visible()
    count = page.locator(".repairs li").count()
    assert count >= 3
    for place in range(count):
        take = page.locator(".repairs li").nth(place).locator("button.main")
        if not take.is_visible():
            page.locator(".answer summary").click()
        take.click()
        expect(page.locator(".verdict")).to_contain_text("It fits")
        page.go_back()
        expect(page.locator(".repairs li")).to_have_count(count)


LAYERS = [
    {"op": "conv", "in_channels": 3, "out_channels": 8, "kernel_size": 3, "padding": 1},
    {"op": "conv", "in_channels": 16, "out_channels": 8, "kernel_size": 3, "padding": 1},
    {"op": "add_from", "from": 0},
    {"op": "flatten"},
    {"op": "linear", "in_features": 100, "out_features": 1},
]


def test_layers_that_break_are_marked_and_repaired_as_layers(session: BrowserSession) -> None:
    """The layer that torch refuses is marked; the layers after it are not reached."""
    page = session.open("/?view=audit")
    paste(page, json.dumps(LAYERS), "3 8 8")
    expect(page.locator(".verdict")).to_contain_text("It breaks")
    expect(page.locator(".verdict pre")).to_contain_text("to have 16 channels, but got 8 channels")
    rows = page.locator(".trace tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(1)).to_have_class("fails")
    expect(rows.locator("th div")).to_have_count(0)
    expect(rows.nth(1)).to_contain_text("fails here")
    for later in (2, 3, 4):
        expect(rows.nth(later)).to_contain_text("not reached")
    first = page.locator(".repairs li").first
    expect(first.locator(".removed").first).to_contain_text("layers[1].in_channels = 16")
    first.get_by_role("button", name="Apply").click()
    expect(page.locator(".verdict")).to_contain_text("It fits")
    value = page.get_by_role("textbox", name="Your network").input_value()
    taken = json.loads(value)
    assert (taken[1]["in_channels"], taken[2], taken[4]["in_features"]) == (8, LAYERS[2], 512)


def test_a_complete_json_request_can_be_pasted(session: BrowserSession) -> None:
    """The page accepts the body of an API request."""
    page = session.open("/?view=audit")
    paste(page, json.dumps({"input_shape": [3, 8, 8], "layers": LAYERS}), "")
    expect(page.locator(".verdict")).to_contain_text("It breaks")


def test_a_loss_error_is_explained_by_its_numbers(session: BrowserSession) -> None:
    page = session.open("/?view=audit")
    page.get_by_role("button", name="Loss function error").click()
    expect(page.locator(".verdict")).to_contain_text("3200 = 128·25")
    page.get_by_role("textbox", name="Error message").fill("CUDA error: out of memory")
    page.get_by_role("button", name="Audit", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text("changing shapes does not help")


def test_without_a_small_repair_other_sizes_and_a_design_are_offered(
    session: BrowserSession,
) -> None:
    """A button applies the nearest input; a link opens the design view."""
    page = session.open("/?view=audit")
    pool, grow = {"op": "max_pool", "kernel_size": 2}, {"op": "upsample", "scale_factor": 2}
    layers = [pool, pool, pool, grow, grow, grow, {"op": "concat_from", "from": -1}]
    paste(page, json.dumps(layers), "8x35x35", "3x99x99")
    expect(page.locator(".answer")).to_contain_text("No small repair found")
    design = page.get_by_role("link", name="a generator for 99 × 99")
    assert "resolution=99x99&latent_dim=100&channels=3" in str(design.get_attribute("href"))
    page.get_by_role("button", name="Use 8 × 32 × 32").click()
    expect(page.locator(".verdict")).to_contain_text("It fits")


def test_several_networks_are_named_with_their_verdicts(session: BrowserSession) -> None:
    """One is judged; the other one, and the class that needs arguments, are listed."""
    page = session.open("/?view=audit")
    source = "a = nn.Sequential(nn.Linear(3, 2))\nb = nn.Sequential(nn.Conv2d(3, 2, 3))\n"
    source += "class C(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
    source += "    def forward(self, x):\n        return x\n"
    paste(page, source, "3x8x8")
    expect(page.locator(".judged")).to_contain_text("nn.Sequential(nn.Conv2d(3, 2, 3)) (line 2)")
    page.get_by_text("Other networks in the source (2)").click()
    others = page.locator(".judged li")
    expect(others.nth(0)).to_contain_text("nn.Sequential(nn.Linear(3, 2)) (line 1): It breaks")
    expect(others.nth(1)).to_contain_text("could not be made")


def test_an_input_is_proposed(session: BrowserSession) -> None:
    """Without an input shape, the network's first layer says what it takes."""
    page = session.open("/?view=audit")
    paste(page, DECODER, "")
    expect(page.locator(".judged")).to_contain_text("Proposed input: 64 × 1 × 1")


def test_the_line_that_raises_is_selected(pages: SharedPages, server: Server) -> None:
    """The error names the line, which is selected in the text."""
    source = "import torch.nn as nn\n\nnet = nn.Sequential(unknown(3))\n"
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=audit")
        paste(page, source, "3x8x8")
        expect(page.get_by_role("alert")).to_contain_text("line 3 raises NameError")
        text = page.get_by_role("textbox", name="Your network")
        expect(text).to_be_focused()
        marked = text.evaluate("n => n.value.slice(n.selectionStart, n.selectionEnd)")
        assert marked == "net = nn.Sequential(unknown(3))"
        assert [text for text in session.console_errors if "422" not in text] == []


@pytest.mark.parametrize(
    ("text", "shape", "field", "words"),
    [
        ("", "3x8x8", "Your network", "Paste a network here."),
        ("[{]", "3x8x8", "Your network", "Invalid JSON"),
        ('[{"op": "flatten"}]', "", "Input shape", "Enter the input shape"),
        (DECODER, "sixty-four", "Input shape", "Enter integers"),
    ],
)
def test_unreadable_fields_show_an_error(
    session: BrowserSession, text: str, shape: str, field: str, words: str
) -> None:
    """The field is marked as invalid, described by the error, and focused; no request is sent."""
    page = session.open("/?view=audit")
    page.route("**/v1/audits", lambda route: pytest.fail("a request was sent"))
    paste(page, text, shape)
    box = page.get_by_role("textbox", name=field)
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    described = str(box.get_attribute("aria-describedby")).split()
    expect(page.locator(f"#{described[-1]}")).to_contain_text(words)


def test_invalid_fields_from_the_service_are_named(pages: SharedPages, server: Server) -> None:
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=audit")
        paste(page, '[{"op": "conv", "in_chanels": 3}]', "3x8x8")
        expect(page.get_by_role("alert")).to_contain_text("unknown field 'in_chanels'")
        expect(page.get_by_role("alert")).to_contain_text("/layers/0/kernel_size")


def test_the_url_holds_the_state_and_the_text_is_in_its_fragment(
    session: BrowserSession,
) -> None:
    """A reload restores the audit; the pasted text is never part of a requested URL."""
    requested_urls: list[str] = []
    page = session.open("/?view=audit")
    paste(page, DECODER, "64x7x7", "1x28x28")
    expect(page.locator(".repairs li").first).to_be_visible()
    assert re.search(r"\?view=audit&input_shape=64x7x7&wanted_shape=1x28x28#text=", page.url)
    page.on("request", lambda request: requested_urls.append(request.url.partition("#")[0]))
    page.reload()
    expect(page.locator(".repairs li").first).to_be_visible()
    assert requested_urls
    assert not [url for url in requested_urls if "ConvTranspose" in url]
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert "#text=" in page.url


def test_typed_text_survives_a_change_of_language(session: BrowserSession) -> None:
    page = session.open("/?view=audit")
    page.get_by_role("textbox", name="Your network").fill("nn.Linear(3, 4)")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("textbox", name="您的网络")).to_have_value("nn.Linear(3, 4)")
    page.get_by_role("link", name="单层").click()
    page.get_by_role("link", name="诊断").click()
    expect(page.get_by_role("textbox", name="您的网络")).to_have_value("nn.Linear(3, 4)")


def test_by_keyboard_alone(session: BrowserSession) -> None:
    """Type, submit with Ctrl + Enter, tab to the first repair, apply it."""
    page = session.open("/?view=audit")
    page.locator("[data-example=decoder]").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.insert_text(DECODER)
    page.keyboard.press("Tab")
    page.keyboard.insert_text("64x7x7")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("1x28x28")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".repairs li").first).to_be_visible()
    for _ in range(12):
        if page.evaluate("document.activeElement.textContent") == "Apply":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("It fits")


@pytest.mark.parametrize("kind", ["busy", "network"])
def test_failures_show_a_message_and_can_be_retried(
    pages: SharedPages, server: Server, kind: str
) -> None:
    """The text stays, and the audit can be retried."""
    words = {"busy": "The service is busy", "network": "cannot be reached"}[kind]

    def refuse(route: Route) -> None:
        if kind == "network":
            route.abort()
            return
        body = {"type": "/problems/overloaded", "detail": "full", "code": "overloaded"}
        headers = {"Content-Type": "application/problem+json", "Retry-After": "300"}
        route.fulfill(status=503, headers=headers, body=json.dumps(body))

    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=audit")
        page.route("**/v1/audits", refuse)
        paste(page, DECODER, "64x7x7", "1x28x28")
        expect(page.get_by_role("alert")).to_contain_text(words)
        page.unroute("**/v1/audits")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".verdict")).to_contain_text("misses")
        expect(page.get_by_role("textbox", name="Your network")).to_have_value(DECODER)
