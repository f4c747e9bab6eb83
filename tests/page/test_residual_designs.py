"""Residual designs on the page: chosen in the form, drawn, and given as code."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from designer.brief.architecture import Architecture, has_uneven_overlap
from designer.brief.fields import Field
from designer.brief.model import BRIEF, Brief
from designer.brief.options import DISCRIMINATOR
from designer.brief.search_space import SEARCH, SearchSpace
from designer.geometry.resampling import Upsampling
from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import open_fold
from tests.service.servers import Server

SMALL = {"resolution": "16", "latent_dim": "8", "base_channels": "8"}
QUERY = "&".join(f"{name}={text}" for name, text in SMALL.items())

STATES = """async (briefs) => {
  const { briefOf, paramsOf } = await import("/web/brief.mjs");
  return briefs.map((brief) => { const params = paramsOf(brief); return [params, briefOf(params)]; });
}"""
"""The state of each completed brief, and the brief that this state asks for."""


def fields(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def row(rows: tuple[Field, ...], name: str) -> Field:
    return next(each for each in rows if each.name == name)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_residual_blocks_are_chosen_in_the_form(
    pages: SharedPages, server: Server, locale: str
) -> None:
    """The verdict arrives, the address says what was chosen, and the code has the block."""
    with BrowserSession.start(pages, server.url, locale=locale) as session:
        page = session.open(f"/?{QUERY}")
        expect(page.locator(".badge.good")).to_be_visible()
        page.locator("#field-architecture").select_option("resnet")
        page.locator("#field-blocks").fill("1,2")
        expect(page.locator(".map.shortcut").first).to_be_visible()
        expect(page.locator(".badge.good")).to_be_visible()
        assert fields(page) == SMALL | {"architecture": "resnet", "blocks": "1,2"}
        page.reload()
        expect(page.locator(".badge.good")).to_be_visible()
        expect(page.locator("#field-blocks")).to_have_value("1,2")
        for name in page.locator(".map[role]").all():
            name.focus()
            expect(page.locator(".detail h3")).to_be_visible()
        page.locator(".to-code").click()
        expect(page.locator(".listing code")).to_contain_text("class Block")
        expect(page.locator(".badge.good")).to_be_visible()
        assert session.console_errors == []


def test_the_form_shows_and_sends_the_defaults_of_the_architecture(
    session: BrowserSession,
) -> None:
    """Batch norm, DCGAN's default, is sent when it is chosen; nothing is sent for what is left alone."""
    page = session.open(f"/?{QUERY}&architecture=resnet")
    expect(page.locator(".badge.good")).to_be_visible()
    open_fold(page, "discriminator")
    norm, output = (
        page.locator(f"#field-discriminator\\.{name}") for name in ("normalization", "output")
    )
    expect(norm).to_have_value("spectral")
    expect(output).to_have_value("logit")
    norm.select_option("batch")
    expect(page.locator(".badge.good")).to_be_visible()
    chosen = SMALL | {"architecture": "resnet"}
    assert fields(page) == chosen | {"discriminator.normalization": "batch"}
    norm.select_option("spectral")
    output.select_option("critic")
    expect(page.locator(".badge.good")).to_be_visible()
    assert fields(page) == chosen | {"discriminator.output": "critic"}
    output.select_option("logit")
    expect(page.locator(".badge.good")).to_be_visible()
    assert fields(page) == chosen


def test_blocks_leave_the_address_with_the_architecture(session: BrowserSession) -> None:
    page = session.open(f"/?{QUERY}&architecture=resnet&blocks=2&discriminator.blocks=1")
    expect(page.locator(".badge.good")).to_be_visible()
    page.locator("#field-architecture").select_option("dcgan")
    expect(page.locator(".map.shortcut")).to_have_count(0)
    assert fields(page) == SMALL


def test_what_does_not_go_with_blocks_is_refused_at_its_field(session: BrowserSession) -> None:
    page = session.open(f"/?{QUERY}&architecture=resnet&discriminator.patch=8")
    expect(page.locator("[id='error-discriminator.patch']")).to_contain_text("resnet")
    session.ignore_failed_requests()


@pytest.mark.parametrize("upsampling", Upsampling)
def test_a_permanent_link_opens_the_same_state(session: BrowserSession, upsampling: str) -> None:
    """The state of its brief has no default of the architecture, and asks for the same brief."""
    page = session.open("/?view=kitchen")
    query = f"{QUERY}&architecture=resnet&upsampling={upsampling}&blocks=2&verify=none"
    brief = page.request.get(f"{session.url}/v1/designs?{query}").json()["brief"]
    ((params, sent),) = page.evaluate(STATES, [brief])
    expected = {"architecture": "resnet", "blocks": "2", "upsampling": upsampling}
    if upsampling == Upsampling.TRANSPOSED:
        del expected["upsampling"]
    assert params == SMALL | expected
    data = {**sent, "verify": "none"}
    assert page.request.post(f"{session.url}/v1/designs", data=data).json()["brief"] == brief


def test_the_modules_of_blocks_are_a_table_as_torchinfo_prints_it(session: BrowserSession) -> None:
    page = session.open(f"/?{QUERY}&view=code&architecture=resnet&upsampling=resize")
    expect(page.locator(".badge.good")).to_be_visible()
    page.locator(".modules summary").first.click()
    expect(page.locator(".modules pre").first).to_contain_text(TORCHINFO)


TORCHINFO = """\
│    └─Unflatten: 2-3                    [1, 32, 4, 4]             --
│    └─Block: 2-4                        [1, 16, 8, 8]             --
│    │    └─Sequential: 3-1              [1, 16, 8, 8]             --
│    │    │    └─BatchNorm2d: 4-1        [1, 32, 4, 4]             64
│    │    │    └─ReLU: 4-2               [1, 32, 4, 4]             --
│    │    │    └─Upsample: 4-3           [1, 32, 8, 8]             --
│    │    │    └─Conv2d: 4-4             [1, 16, 8, 8]             4,624
│    │    │    └─BatchNorm2d: 4-5        [1, 16, 8, 8]             32
│    │    │    └─ReLU: 4-6               [1, 16, 8, 8]             --
│    │    │    └─Conv2d: 4-7             [1, 16, 8, 8]             2,320
│    │    └─Sequential: 3-2              [1, 16, 8, 8]             --
│    │    │    └─Upsample: 4-8           [1, 32, 8, 8]             --
│    │    │    └─Conv2d: 4-9             [1, 16, 8, 8]             528
│    └─Block: 2-5                        [1, 8, 16, 16]            --
"""
"""Lines of the generator, with the containers of both paths, as ``summary(depth=4)`` prints them."""


USUAL = {
    Architecture.DCGAN: {"normalization": "batch", "output": "probability"},
    Architecture.RESNET: {"normalization": "spectral", "output": "logit"},
    Architecture.R3GAN: {"normalization": "none", "output": "logit"},
}
"""The discriminator's options, as published."""


@pytest.mark.parametrize("architecture", Architecture)
def test_the_defaults_of_the_form_are_those_of_a_brief(architecture: Architecture) -> None:
    """Those that other fields imply, as the rows of fields say."""
    for name, value in USUAL[architecture].items():
        each = depending(row(DISCRIMINATOR, name))
        assert each.implied(architecture) == value
        assert getattr(architecture.discriminator_style, name) == value
    brief = Brief(resolution=(16, 16), architecture=architecture)
    for name in ("normalization", "output_activation"):
        assert depending(row(BRIEF, name)).implied(architecture) == getattr(brief, name)
    overlap = depending(row(SEARCH, "overlap"))
    only = Upsampling.TRANSPOSED if architecture is Architecture.R3GAN else None
    for upsampling in [only] if only else Upsampling:
        weighed = has_uneven_overlap(architecture, upsampling)
        space = SearchSpace.default(axes=2, weighs_overlap=weighed)
        assert overlap.implied(architecture, upsampling) == space.overlap


def depending(each: Field) -> Field:
    """A field whose default depends on options of a brief."""
    assert each.default_by is not None
    assert {*each.default_by[0]} <= {other.option for other in BRIEF}
    return each
