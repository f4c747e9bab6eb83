"""The frame of the page: files, URLs, languages and colour schemes."""

from __future__ import annotations

import re
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from service.app import create_app
from service.http.response_headers import PAGE_POLICY
from service.settings.config import Config
from service.web.page_files import FIELDS_MODULE, MEDIA_TYPES, PAGE_FOLDER, read_page_file
from tests.page.browser_session import BrowserSession, SharedPages
from tests.service.servers import Server
from tests.support import make_temporary_folder

LOADED = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .map((entry) => [entry.name, entry.decodedBodySize])"""
"""The URLs that the browser has loaded, each with its uncompressed size."""

VIEWS = ["design", "code", "layer", "audit", "sweep"]

ON_DEMAND = "module-table.mjs"
"""Loaded when the table is opened."""
FILES = sorted(path.name for path in PAGE_FOLDER.iterdir() if path.suffix in MEDIA_TYPES)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Config(state_folder=make_temporary_folder())).test_client()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_whole_page_is_at_most_200_kb(browser: Browser, server: Server, locale: str) -> None:
    """All views together load at most 200 kB, uncompressed, in a browser that has loaded none."""
    with (
        closing(SharedPages(browser)) as pages,
        BrowserSession.start(pages, server.url, locale=locale) as session,
    ):
        page = session.open()
        for view in VIEWS:
            page.locator(f"#to-{view}").click()
            expect(page.locator(f".view.{view} h1")).to_be_visible()
            page.wait_for_load_state("networkidle")
        entries = page.evaluate(LOADED)
        loaded = {urlsplit(url).path: size for url, size in entries}
        files = {
            f"/web/{name}": read_page_file(name).body for name in FILES if name != "index.html"
        }
        del files[f"/web/{ON_DEMAND}"]
        own = {path: size for path, size in loaded.items() if path == "/" or "/web/" in path}
        messages, fields = f"/web/messages-{locale[:2]}.mjs", f"/web/{FIELDS_MODULE}"
        assert own.keys() == {"/", messages, fields, *files}
        assert own[fields] == len(read_page_file(FIELDS_MODULE).body)
        assert all(own[path] == len(body) for path, body in files.items())
        assert own[messages] > 10_000
        assert sum(own.values()) <= 200_000, own
        assert session.console_errors == []


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type_and_a_strong_tag(
    client: FlaskClient, name: str
) -> None:
    answer = client.get(f"/web/{name}")
    assert answer.data == read_page_file(name).body
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    tag = answer.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{40}"', tag)
    assert client.get(f"/web/{name}", headers={"If-None-Match": tag}).status_code == 304
    packed = client.get(f"/web/{name}", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers.get("Content-Encoding") == "gzip") == (len(answer.data) >= 1024)


@pytest.mark.parametrize("name", ["nothing.mjs", "..", "%2e%2e%2fapp.py", "__pycache__", "%00"])
def test_unknown_files_are_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/web/{name}").status_code == 404


def test_the_page_has_no_inline_script_or_style(client: FlaskClient) -> None:
    """The policy allows no inline script or style, and the document has none."""
    answer = client.get("/")
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    assert "unsafe" not in PAGE_POLICY
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


def test_an_unknown_view_shows_an_error(session: BrowserSession) -> None:
    page = session.open("/?view=kitchen")
    expect(page.get_by_role("alert")).to_contain_text("no view called “kitchen”")
    page.get_by_role("link", name="Start over").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_skip_link_is_the_first_stop(session: BrowserSession) -> None:
    page = session.open()
    expect(page.locator(".view")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_browser_language_is_the_default_and_can_be_changed(
    pages: SharedPages, server: Server
) -> None:
    """The default is navigator.language; a choice survives a reload; the button keeps the focus."""
    with BrowserSession.start(pages, server.url, locale="zh-CN") as session:
        page = session.open()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("button", name="中文")).to_be_focused()
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert session.console_errors == []


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_system_colour_scheme_is_the_default_and_can_be_changed(
    pages: SharedPages, server: Server, system: str, other: str
) -> None:
    grounds = {"light": "rgb(251, 251, 250)", "dark": "rgb(16, 20, 24)"}
    with BrowserSession.start(pages, server.url, color_scheme=system) as session:
        page = session.open()
        expect(page.locator("body")).to_have_css("background-color", grounds[system])
        page.get_by_role("button", name=f"{other.capitalize()} mode").click()
        expect(page.locator("body")).to_have_css("background-color", grounds[other])
        page.reload()
        expect(page.locator("body")).to_have_css("background-color", grounds[other])
        assert session.console_errors == []
