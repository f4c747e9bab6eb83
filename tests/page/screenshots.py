"""Takes screenshots of every view: `python -m tests.page.screenshots FOLDER [NAME …]`.

One PNG per view, width, colour scheme and language.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright

from tests.page.browser_session import TIMEOUT_MS, BrowserSession, SharedPages
from tests.page.views import VIEWS, open_details, open_view
from tests.service.servers import Server, serving

WIDTHS = (375, 1024, 1680)
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}


def main(folder: Path, names: list[str]) -> None:
    """Write the screenshots to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=TIMEOUT_MS)
    with (
        TemporaryDirectory() as state,
        serving(workers="1", state_folder=state) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        pages = SharedPages(chromium)
        for name in names or VIEWS:
            for language in LANGUAGES:
                draw(pages, server, name, language, folder)
        chromium.close()


def draw(pages: SharedPages, server: Server, name: str, language: str, folder: Path) -> None:
    """Screenshots of one view in one language, at every width and in every scheme."""
    with BrowserSession.start(pages, server.url, locale=LANGUAGES[language]) as session:
        page = open_view(session, name)
        open_details(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.wait_for_timeout(200)
                file = folder / f"{name}-{width}-{scheme}-{language}.png"
                page.screenshot(path=file, full_page=True)
                print(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
