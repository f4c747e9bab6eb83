"""The sweep view: ranges, the first rows, the time left, and the plot by chosen columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import click
import pytest
from playwright.sync_api import Page, expect

from designer.brief.fields import Kind
from service.commands.sweep.request import ValueList
from tests.page.browser_session import BrowserSession
from tests.page.test_accessibility import violations
from tests.page.test_sweep_view import DONE, column, start
from tests.service.servers import Server, serving

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with an embedded worker for jobs."""
    with serving(workers="1", threads="8", embedded_worker="true") as running:
        yield running


def finish(page: Page, **fields: str) -> None:
    """Run a sweep without verification to its end."""
    start(page, **fields)
    expect(page.locator(".progress strong")).to_have_text(DONE)


def test_ranges_are_those_of_the_command_line(session: BrowserSession) -> None:
    """The request has the values that ``gan-designer sweep`` reads from the same texts."""
    page = session.open("/?view=sweep")
    texts = {"resolution": "16..24:4, 40x32", "latent_dim": "8..9", "base_channels": "4"}
    with page.expect_request("**/v1/sweeps") as sent:
        finish(page, **texts)
    context = click.Context(click.Command("sweep"))
    kinds = {"resolution": Kind.SIZE, "latent_dim": Kind.INTEGER, "base_channels": Kind.INTEGER}
    assert json.loads(str(sent.value.post_data))["grid"] == {
        name: json.loads(json.dumps(ValueList(kinds[name]).convert(text, None, context)))
        for name, text in texts.items()
    }
    sizes = ["16 × 16", "20 × 20", "24 × 24", "40 × 32"]
    assert column(page, "resolution") == [size for size in sizes for _ in range(2)]
    expect(page.locator("form")).to_contain_text("designs: 8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("64..28", "A range ascends, as 28..64:4 does."),
        ("28..64:0", "A range ascends, as 28..64:4 does."),
        ("1..99999", "A sweep has at most 10,000 designs."),
    ],
)
def test_a_wrong_range_says_so_at_its_field(session: BrowserSession, text: str, words: str) -> None:
    """While typing; the sweep does not start, and the field has the focus."""
    page = session.open("/?view=sweep")
    field = page.locator("#sweep-resolution")
    field.fill(text)
    expect(page.locator("#sweep-resolution-wrong")).to_have_text(words)
    expect(field).to_have_attribute("aria-invalid", "true")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.get_by_role("button", name="Start the sweep").click()
    expect(field).to_be_focused()
    assert [url for url in requests if "/v1/sweeps" in url] == []
    assert violations(page) == []
    field.fill("16..20:4")
    expect(page.locator("#sweep-resolution-wrong")).to_be_empty()


def test_the_first_rows_are_shown_at_once(session: BrowserSession) -> None:
    """Without any timer of more than 100 ms."""
    page = session.open("/?view=sweep")
    page.evaluate("""() => {
        const { setTimeout } = window;
        window.setTimeout = (work, delay = 0) => (delay > 100 ? 0 : setTimeout(work, delay));
    }""")
    start(page, resolution="16,20", latent_dim="8", base_channels="4")
    expect(page.locator(".sweep-rows tbody tr")).to_have_count(2)


def test_the_time_left_follows_from_the_progress(session: BrowserSession) -> None:
    """Ten designs in ten seconds: the other twenty take twenty more; unknown at first."""
    page = session.open("/?view=sweep")
    found = page.evaluate("""async () => {
        const { progressClock } = await import("/web/time-left.mjs");
        let now = 0;
        const clock = progressClock(() => now);
        const texts = [clock.text(30)];
        clock.record(0);
        texts.push(clock.text(30));
        now = 10_000;
        clock.record(10);
        texts.push(clock.text(30));
        now = 15_000;
        texts.push(clock.text(30), clock.text(3000));
        return texts;
    }""")
    assert found == [None, None, "20 seconds", "15 seconds", "50 minutes"]
    sizes = ",".join(str(side) for side in range(16, 116))
    start(page, resolution=sizes, latent_dim="16", base_channels="4", verify="standard")
    expect(page.locator(".time-left")).to_have_text(
        re.compile(r"about \d+ (second|minute|hour)s? left")
    )
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".progress strong")).to_have_text("Cancelled")
    expect(page.locator(".time-left")).to_have_count(0)


def positions(page: Page, side: str) -> list[float]:
    """The coordinates of the points, by the number of their row."""
    found: dict[int, float] = {}
    for point in page.locator(".plot .point[role]").all():
        number = re.findall(r"No\. (\d+);", str(point.get_attribute("aria-label")))[0]
        found[int(number)] = float(str(point.locator("circle").last.get_attribute(side)))
    return [found[number] for number in sorted(found)]


def test_axes_and_colours_are_chosen(session: BrowserSession) -> None:
    """Points stand by the chosen columns, with a colour for each value; the URL keeps the choice."""
    page = session.open("/?view=sweep")
    finish(page, resolution="8,32,16", latent_dim="8,16", base_channels="4")
    expect(page.locator(".plot .point[role]")).to_have_count(6)
    page.get_by_label("Across").select_option(label="Resolution")
    page.get_by_label("Up", exact=True).select_option(label="Latent vector")
    page.get_by_label("Color").select_option(label="Latent vector")
    expect(page).to_have_url(re.compile("x=resolution&y=latent_dim&color=latent_dim"))
    for _ in range(2):
        expect(page.locator(".plot .point[role]")).to_have_count(6)
        x, y = positions(page, "cx"), positions(page, "cy")
        assert x[0] == x[1] < x[4] == x[5] < x[2] == x[3]
        assert y[0] == y[2] == y[4] > y[1] == y[3] == y[5]
        fills = page.locator(".plot .point[role] > :last-child").evaluate_all(
            "all => all.map((dot) => getComputedStyle(dot).fill)"
        )
        assert len(set(fills)) == 2
        assert page.locator(".hues").inner_text().split() == ["Latent", "vector", "8", "16"]
        label = page.locator(".plot svg.scatter").get_attribute("aria-label")
        assert label == "Designs by Resolution and Latent vector"
        page.reload()
    expect(page.get_by_label("Across")).to_have_value("resolution")
    assert violations(page) == []


def test_many_values_have_a_scale_of_colours(session: BrowserSession) -> None:
    """Its ends are in the legend; each design has its own colour."""
    page = session.open("/?view=sweep&color=resolution")
    finish(page, resolution="8..64:8", latent_dim="8", base_channels="4")
    expect(page.locator(".plot .point[role]")).to_have_count(8)
    fills = page.locator(".plot .point[role] > :last-child").evaluate_all(
        "all => all.map((dot) => getComputedStyle(dot).fill)"
    )
    assert len(set(fills)) == 8
    assert page.locator(".hues").inner_text().split() == ["Resolution", "8", "64"]
