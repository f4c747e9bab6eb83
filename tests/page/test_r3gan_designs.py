"""R3GAN designs on the page: chosen in the form, drawn, explained layer by layer, and given as code."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, Normalization
from designer.errors import InvalidRequest
from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.test_messages import CHINESE
from tests.page.test_residual_designs import QUERY, SMALL, STATES, fields
from tests.page.views import open_fold
from tests.service.servers import Server

R3GAN = SMALL | {"architecture": "r3gan"}
LINK = f"/?{QUERY}&architecture=r3gan"

CHANGED = """async ([params, name, text]) => {
  const { briefOf, changeField } = await import("/web/brief.mjs");
  const next = changeField(params, name, text);
  return [next, briefOf(next)];
}"""
"""A state after a change of one field, and the brief that it asks for."""

DEFAULTS = """async (states) => {
  const { defaultIn } = await import("/web/brief.mjs");
  return states.map(([name, params]) => defaultIn(name, params));
}"""
"""What the control of a field shows in a state without it."""

OWN_FIELDS: dict[str, str] = {
    "blocks": "1",
    "attention": "1",
    "expansion": "3",
    "group_width": "4",
    "discriminator.blocks": "1",
}
"""The fields that only some architectures know."""


def shown_details(page: Page, name: str, role: str = "generator") -> str:
    """The details of a layer that has the focus."""
    page.locator(f".map[data-role={role}][aria-label^='{name},']").focus()
    expect(page.locator(".detail h3 code")).to_have_text(name)
    return page.locator(".detail").inner_text()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_r3gan_is_chosen_in_the_form(pages: SharedPages, server: Server, locale: str) -> None:
    """The verdict arrives, the address says what was chosen, every layer has details, and the code its classes."""
    with BrowserSession.start(pages, server.url, locale=locale) as session:
        page = session.open(f"/?{QUERY}")
        expect(page.locator(".badge.good")).to_be_visible()
        page.locator("#field-architecture").select_option("r3gan")
        expect(page.locator("#field-architecture option:checked")).to_have_text("R3GAN")
        for name, text in {"blocks": "1,1,2", "expansion": "3", "group_width": "4"}.items():
            page.locator(f"#field-{name}").fill(text)
        chosen = R3GAN | {"blocks": "1,1,2", "expansion": "3", "group_width": "4"}
        page.wait_for_function("location.search.endsWith('group_width=4')")
        expect(page.locator(".badge.good")).to_be_visible()
        assert fields(page) == chosen
        expect(page.locator(".map.shortcut")).to_have_count(8)
        expect(page.locator(".overlap .verdict")).to_have_class("verdict good")
        page.reload()
        expect(page.locator(".badge.good")).to_be_visible()
        for name in ("blocks", "expansion", "group_width"):
            expect(page.locator(f"#field-{name}")).to_have_value(chosen[name])
        for each in page.locator(".map[role]").all():
            each.focus()
            expect(page.locator(".detail h3")).to_be_visible()
        page.locator(".to-code").click()
        for name in ("Basis", "InterpolatingUpsample", "InterpolatingDownsample", "Block"):
            expect(page.locator(".listing code")).to_contain_text(f"class {name}(nn.Module)")
        expect(page.locator(".badge.good")).to_be_visible()
        assert session.console_errors == []


def test_the_form_shows_and_sends_the_defaults_of_r3gan(session: BrowserSession) -> None:
    """Nothing is sent for what is left alone; a choice is sent until it is the default again."""
    page = session.open(LINK)
    expect(page.locator(".badge.good")).to_be_visible()
    open_fold(page, "discriminator")
    shown = {
        "normalization": "none",
        "output_activation": "none",
        "upsampling": "transposed",
        "initialization.generator": "variance",
        "discriminator.normalization": "none",
        "discriminator.output": "logit",
        "initialization.discriminator": "variance",
    }
    for name, value in shown.items():
        expect(page.locator(f"[id='field-{name}']")).to_have_value(value)
    activation = page.locator("#field-output_activation")
    activation.select_option("tanh")
    expect(page.locator(".badge.good")).to_be_visible()
    assert fields(page) == R3GAN | {"output_activation": "tanh"}
    activation.select_option("none")
    expect(page.locator(".badge.good")).to_be_visible()
    assert fields(page) == R3GAN


def test_the_form_shows_the_initialization_of_each_norm(session: BrowserSession) -> None:
    """That of a completed brief, also where the norm itself follows from the architecture."""
    page = session.open("/?view=kitchen")
    generator_norms = [None, *(norm for norm in Normalization if not norm.spectral)]
    discriminator_norms = [None, *(norm for norm in Normalization if not norm.conditional)]
    states, expected = [], []
    for architecture in Architecture:
        for role, norms in (
            ("generator", generator_norms),
            ("discriminator", discriminator_norms),
        ):
            for norm in norms:
                wanted = completed(architecture, role, norm)
                if wanted is None:
                    continue
                name = "normalization" if role == "generator" else "discriminator.normalization"
                params = {"architecture": str(architecture)}
                if norm is not None:
                    params[name] = str(norm)
                states.append([f"initialization.{role}", params])
                expected.append(wanted)
    assert page.evaluate(DEFAULTS, states) == expected
    assert {*expected} == {"dcgan", "variance"}


def completed(architecture: Architecture, role: str, norm: Normalization | None) -> str | None:
    """The initialization of a brief with this norm; None if it is refused."""
    own: dict[str, Any] = {}
    if norm is not None and role == "generator":
        own = {"normalization": norm, "classes": 2 if norm.conditional else None}
    elif norm is not None:
        style = architecture.discriminator_style
        own = {"discriminator": DiscriminatorStyle(normalization=norm, output=style.output)}
    try:
        brief = Brief(resolution=(16, 16), architecture=architecture, **own)
    except InvalidRequest:
        return None
    return str(brief.initializations.of(role))


@pytest.mark.parametrize("name", OWN_FIELDS)
@pytest.mark.parametrize("architecture", Architecture)
def test_a_field_leaves_the_address_with_the_architectures_that_know_it(
    session: BrowserSession, architecture: str, name: str
) -> None:
    """Exactly if the service refuses it there."""
    page = session.open("/?view=kitchen")
    text, url = OWN_FIELDS[name], f"{session.url}/v1/designs"
    state = SMALL | {"architecture": str(architecture), name: text}
    answer = page.request.get(url, params={**state, "verify": "none"})
    before = SMALL | {"architecture": "resnet" if architecture == "r3gan" else "r3gan", name: text}
    params, brief = page.evaluate(CHANGED, [before, "architecture", str(architecture)])
    assert (name in params) == (answer.status == 200)
    assert answer.status == 200 or f"the architecture {architecture}" in answer.json()["detail"]
    sent = page.request.post(url, data={**brief, "verify": "none"})
    assert sent.status == 200, sent.text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("attention", "1"),
        ("normalization", "batch"),
        ("upsampling", "resize"),
        ("discriminator.normalization", "spectral"),
        ("discriminator.output", "probability"),
        ("initialization.generator", "dcgan"),
    ],
)
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_what_does_not_go_with_r3gan_is_refused_at_its_field(
    pages: SharedPages, server: Server, locale: str, name: str, text: str
) -> None:
    """In the language of the page."""
    with BrowserSession.start(pages, server.url, locale=locale) as session:
        page = session.open(f"{LINK}&{name}={text}")
        error = page.locator(f"[id='error-{name}']")
        expect(error).to_contain_text("r3gan")
        assert bool(CHINESE.search(error.inner_text())) == (locale == "zh-CN")
        session.ignore_failed_requests()


@pytest.mark.parametrize("more", ["", "expansion=1&group_width=3&classes=4", "blocks=1,2,1"])
def test_a_permanent_link_opens_the_same_state(session: BrowserSession, more: str) -> None:
    """The state of its brief has no default of the architecture, and asks for the same brief."""
    page = session.open("/?view=kitchen")
    query = f"{QUERY}&architecture=r3gan&verify=none&{more}"
    brief = page.request.get(f"{session.url}/v1/designs?{query}").json()["brief"]
    ((params, sent),) = page.evaluate(STATES, [brief])
    chosen = dict(each.split("=") for each in more.split("&") if each)
    shown = {"blocks": "2", "expansion": "2", "group_width": "16"} | chosen
    assert params == R3GAN | shown
    data = {**sent, "verify": "none"}
    assert page.request.post(f"{session.url}/v1/designs", data=data).json()["brief"] == brief


def test_details_give_the_arithmetic_of_every_kind_of_layer(session: BrowserSession) -> None:
    """By hand for 7 from 4 positions: a basis, a grouped convolution, both fixed filters, the head."""
    chosen = "resolution=7&latent_dim=8&base_channels=8&architecture=r3gan&blocks=1&initial_size=3"
    page = session.open(f"/?{chosen}&strides=2&kernel_sizes=4")
    expect(page.locator(".badge.good")).to_be_visible()
    basis = shown_details(page, "main.3")
    assert "learned map: 16 → 16 channels" in basis
    assert "It turns the latent vector into the initial map, 3\u00a0×\u00a03." in basis
    assert "F = 3  S = 1  P = 1  groups = 2" in shown_details(page, "main.4.body.2")
    larger = shown_details(page, "main.6")
    assert "interpolating upsampling: 8 → 8 channels" in larger
    assert "(3 − 1)·2 − 2·1 + 4 + 1 = 7" in larger
    assert "F = 4  S = 2  P = 1  A = 1" in larger
    assert "The output size is stride × input size + 1." in larger
    assert "⌊(7 + 2·1 − 4) / 2⌋ + 1 = 3" in shown_details(page, "main.2", "discriminator")
    head = shown_details(page, "main.5", "discriminator")
    assert "F = 3  S = 1  P = 0  groups = 16" in head
    shown_details(page, "main.6")
    page.get_by_role("link", name="Open a similar layer").click()
    expect(page.locator(".sizes")).to_have_text("3\u00a0×\u00a03 → 7\u00a0×\u00a07")


def test_the_modules_of_r3gan_are_a_table_as_torchinfo_prints_it(session: BrowserSession) -> None:
    page = session.open(f"{LINK}&view=code&blocks=1")
    expect(page.locator(".badge.good")).to_be_visible()
    page.locator(".modules summary").first.click()
    expect(page.locator(".modules pre").first).to_contain_text(TORCHINFO)


TORCHINFO = """\
│    └─Unflatten: 2-3                    [1, 32, 1, 1]             --
│    └─Basis: 2-4                        [1, 32, 4, 4]             512
│    └─Block: 2-5                        [1, 32, 4, 4]             --
│    │    └─Sequential: 3-1              [1, 32, 4, 4]             --
│    │    │    └─Conv2d: 4-1             [1, 64, 4, 4]             2,112
│    │    │    └─LeakyReLU: 4-2          [1, 64, 4, 4]             --
│    │    │    └─Conv2d: 4-3             [1, 64, 4, 4]             9,280
│    │    │    └─LeakyReLU: 4-4          [1, 64, 4, 4]             --
│    │    │    └─Conv2d: 4-5             [1, 32, 4, 4]             2,048
│    │    └─Identity: 3-2                [1, 32, 4, 4]             --
│    └─Conv2d: 2-6                       [1, 16, 4, 4]             512
│    └─InterpolatingUpsample: 2-7        [1, 16, 8, 8]             --
│    └─Block: 2-8                        [1, 16, 8, 8]             --
"""
"""Lines of the generator, with the containers of both paths, as ``summary(depth=4)`` prints them."""
