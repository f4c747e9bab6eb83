"""The sweep view: a grid of designs as a job; its rows arrive live, are sorted, plotted, downloaded."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, Route, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_accessibility import violations
from tests.page.test_layout import WIDTHS, layout_faults
from tests.service.servers import Server, serving

pytestmark = [pytest.mark.slow]

DONE = re.compile("^Done")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with an embedded worker for jobs."""
    with serving(workers="1", threads="8", embedded_worker="true") as running:
        yield running


def start(page: Page, **fields: str) -> None:
    """Fill in the form and start the sweep."""
    for name in ("resolution", "latent_dim", "base_channels", "upsampling", "dimensions"):
        page.locator(f"#sweep-{name}").fill(fields.get(name, ""))
    page.locator("#sweep-verify").select_option(fields.get("verify", "none"))
    page.get_by_role("button", name="Start the sweep").click()


def column(page: Page, name: str) -> list[str]:
    """The texts of a column, from top to bottom."""
    painted = int(page.locator("progress").evaluate("bar => bar.value"))
    expect(page.locator(".sweep-rows tbody tr")).to_have_count(painted)
    names = page.locator(".sweep-rows th button").evaluate_all("all => all.map(n => n.name)")
    place = names.index(name) + 1
    return page.locator(f".sweep-rows tbody td:nth-child({place})").all_text_contents()


def saved(download: Download, folder: Path) -> str:
    """The text of a downloaded file."""
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_text(encoding="utf-8")


def test_from_a_grid_to_downloaded_rows(session: BrowserSession, tmp_path: Path) -> None:
    """The table and both files contain every combination, in the order of the request."""
    page = session.open("/?view=sweep")
    page.locator("#sweep-resolution").fill("32, 45x80, ")
    expect(page.locator("form")).to_contain_text("designs: 4")
    start(
        page,
        resolution="16,45x80",
        latent_dim="8",
        base_channels="4",
        upsampling="transposed,resize",
    )
    expect(page.locator(".progress strong")).to_have_text(DONE)
    expect(page.locator(".progress")).to_contain_text("4 of 4, failed: 0")
    assert column(page, "index") == ["0", "1", "2", "3"]
    assert column(page, "resolution") == ["16 × 16"] * 2 + ["45 × 80"] * 2
    assert column(page, "latent_dim") == ["8"] * 4
    assert column(page, "upsampling") == ["transposed", "resize"] * 2
    assert set(column(page, "verdict")) == {"not run"}
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download JSON Lines").click()
    rows = [json.loads(line) for line in saved(waited.value, tmp_path).splitlines()]
    assert [row["resolution"] for row in rows] == [[16, 16]] * 2 + [[45, 80]] * 2
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download CSV").click()
    text = saved(waited.value, tmp_path)
    table = list(csv.DictReader(text.splitlines()))
    assert [int(row["generator_parameters"]) for row in table] == [
        row["generator"]["parameters"] for row in rows
    ]
    assert [row["id"] for row in table] == [row["id"] for row in rows]


def test_a_double_click_starts_one_sweep(session: BrowserSession) -> None:
    """Both requests have the same idempotency key, so the service starts one job."""
    page = session.open("/?view=sweep")
    page.locator("#sweep-verify").select_option("none")
    keys, jobs = [], []

    def note(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        first = len(keys) == 1
        answer = route.fetch()
        jobs.append(answer.json()["id"])
        if not first:  # the first request is still pending at the second click
            route.fulfill(response=answer)

    page.route("**/v1/sweeps", note)
    with page.expect_request("**/v1/sweeps"):
        page.get_by_role("button", name="Start the sweep").click()
    page.get_by_role("button", name="Start the sweep").click()
    expect(page.locator(".progress strong")).to_have_text(DONE)
    assert len(keys) == 2
    assert len(set(keys)) == len(set(jobs)) == 1
    page.get_by_role("button", name="Start the sweep").click()
    expect(page).not_to_have_url(re.compile(jobs[0]))
    assert len(set(keys)) == len(set(jobs)) == 2


def test_rows_sort_on_click_and_link_to_their_design(session: BrowserSession) -> None:
    """Numeric order; a second click reverses it; ``aria-sort`` gives the direction."""
    page = session.open("/?view=sweep")
    start(page, resolution="64,8,128", latent_dim="16", base_channels="4")
    expect(page.locator(".progress strong")).to_have_text(DONE)
    heading = page.locator("th").get_by_role("button", name="Generator: parameters")
    heading.click()
    order = [int(text.replace(",", "")) for text in column(page, "generator_parameters")]
    assert order == sorted(order)
    assert column(page, "resolution") == ["8 × 8", "64 × 64", "128 × 128"]
    cell = page.locator("th:has([name=generator_parameters])")
    expect(cell).to_have_attribute("aria-sort", "ascending")
    heading.press("Enter")
    expect(cell).to_have_attribute("aria-sort", "descending")
    expect(heading).to_be_focused()
    assert column(page, "resolution") == ["128 × 128", "64 × 64", "8 × 8"]
    link = page.locator(".sweep-rows tbody a").first
    assert str(link.get_attribute("href")).startswith("/?design=1")
    link.click()
    expect(page).to_have_url(re.compile(r"/\?design=1"))
    expect(page.get_by_text("128 × 128").first).to_be_visible()


def test_the_plot_shows_every_design_and_is_clickable(session: BrowserSession) -> None:
    page = session.open("/?view=sweep")
    start(page, resolution="8,16,32", latent_dim="8,16", base_channels="4")
    expect(page.locator(".progress strong")).to_have_text(DONE)
    points = page.locator(".plot .point")
    expect(points).to_have_count(6)
    expect(points.nth(0)).to_have_attribute("aria-label", re.compile("Resolution 8 × 8"))
    points.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?design=1"))


def test_a_design_that_fails_is_a_row_with_its_reason(session: BrowserSession) -> None:
    """One design exceeds the parameter limit; the other succeeds."""
    page = session.open("/?view=sweep")
    start(page, resolution="64", latent_dim="8,65536", base_channels="512", dimensions="3")
    expect(page.locator(".progress")).to_contain_text("2 of 2, failed: 1")
    expect(page.locator(".sweep-rows .problem")).to_contain_text("the limit is 1000000000")
    assert [bool(text) for text in column(page, "chain")] == [True, False]
    page.get_by_role("button", name="Departure").click()
    page.get_by_role("button", name="Departure").click()
    assert [bool(text) for text in column(page, "chain")] == [True, False]


def test_progress_is_live_and_the_url_reopens_the_job(
    browser: Browser, pages: SharedPages, server: Server
) -> None:
    """Rows appear before the end; the URL shows the job in a second session, which can cancel it."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=sweep")
        sizes = ",".join(str(side) for side in range(16, 216))
        start(page, resolution=sizes, latent_dim="16", base_channels="4", verify="standard")
        expect(page.locator(".sweep-rows tbody tr").nth(1)).to_be_visible()
        expect(page.locator(".progress strong")).to_have_text("Running")
        assert 0 < int(page.locator("progress").evaluate("node => node.value")) < 200
        expect(page).to_have_url(re.compile("job="))
        with (
            closing(SharedPages(browser)) as others,
            BrowserSession.start(others, server.url) as other,
        ):
            second = other.open(page.url.removeprefix(server.url))
            expect(second.locator(".sweep-rows tbody tr").nth(1)).to_be_visible()
            second.get_by_role("button", name="Cancel").click()
            expect(second.locator(".progress strong")).to_have_text("Cancelled")
            assert other.console_errors == []
        expect(page.locator(".progress strong")).to_have_text("Cancelled")
        expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
        assert "verified" in column(page, "verdict")
        page.go_back()
        expect(page.locator(".progress")).to_be_hidden()
        page.go_forward()
        expect(page.locator(".progress strong")).to_have_text("Cancelled")
        assert session.console_errors == []


def test_an_invalid_value_is_reported_before_the_sweep_starts(
    pages: SharedPages, server: Server
) -> None:
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=sweep")
        start(page, resolution="32,large", latent_dim="16")
        expect(page.get_by_role("alert")).to_contain_text("/grid/resolution/1")
        expect(page.get_by_role("alert")).to_contain_text("resolution must be an integer")
        assert "job=" not in page.url
        session.open("/?view=sweep&job=unknown")
        expect(page.get_by_role("alert")).to_contain_text("there is no job of this id")
        session.open("/?view=sweep&colour=red")
        expect(page.get_by_role("alert")).to_contain_text("Unknown parameter: colour")


@pytest.mark.parametrize("kind", ["busy", "network"])
def test_failures_show_a_message_and_can_be_retried(
    pages: SharedPages, server: Server, kind: str
) -> None:
    words = {"busy": "The service is busy", "network": "cannot be reached"}[kind]

    def refuse(route: Route) -> None:
        if kind == "network":
            route.abort()
            return
        body = {"type": "/problems/jobs_unavailable", "detail": "full", "code": "jobs_unavailable"}
        headers = {"Content-Type": "application/problem+json", "Retry-After": "300"}
        route.fulfill(status=503, headers=headers, body=json.dumps(body))

    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=sweep")
        page.route("**/v1/sweeps", refuse)
        start(page, resolution="16", latent_dim="8", base_channels="4")
        expect(page.get_by_role("alert")).to_contain_text(words)
        page.unroute("**/v1/sweeps")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".progress strong")).to_have_text(DONE)


def test_a_lost_connection_resumes(pages: SharedPages, server: Server) -> None:
    """The event stream is cut twice; the page reconnects and shows every row."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=sweep")
        sizes = ",".join(str(side) for side in range(32, 52))
        cut = {"left": 2}

        def cut_twice(route: Route) -> None:
            cut["left"] -= 1
            if cut["left"] < 0:
                route.continue_()
            else:
                route.fulfill(status=200, content_type="text/event-stream", body="retry: 300\n\n")

        page.route("**/events", cut_twice)
        start(page, resolution=sizes, latent_dim="16", base_channels="4")
        expect(page.locator(".progress strong")).to_have_text(DONE)
        expect(page.locator(".progress")).to_contain_text("20 of 20")
        expect(page.locator(".sweep-rows tbody tr")).to_have_count(20)
        assert cut["left"] < 0


def test_a_finished_sweep_looks_right(pages: SharedPages, server: Server) -> None:
    """No layout fault at any width and no axe violation, in both languages."""
    with BrowserSession.start(pages, server.url) as session:
        page = session.open("/?view=sweep")
        start(page, resolution="64,32", latent_dim="8,65536", base_channels="512", dimensions="3")
        expect(page.locator(".progress strong")).to_have_text(DONE)
        for language in ("中文", "English"):
            page.get_by_role("button", name=language).click()
            expect(page.locator(".plot .point")).to_have_count(2)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(1000)  # the plot is redrawn for the new width
                assert (width, layout_faults(page)) == (width, {})
            for scheme in ("dark", "light"):
                page.emulate_media(color_scheme=scheme)
                assert violations(page) == []


def test_by_keyboard_alone(session: BrowserSession) -> None:
    """Fill in the form, start, tab to the headings, sort."""
    page = session.open("/?view=sweep")
    page.locator("#sweep-resolution").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("8,16")
    for _ in ("dimensions", "latent_dim"):
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("8")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("n")
    expect(page.locator("#sweep-verify")).to_have_value("none")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".progress strong")).to_have_text(DONE)
    assert column(page, "resolution") == ["8 × 8", "16 × 16"]
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "generator_parameters":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert column(page, "resolution") == ["16 × 16", "8 × 8"]
