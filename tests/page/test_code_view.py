"""The code view: downloads, clipboard and commands reproduce exactly this design."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
import tokenize
import zipfile
from collections.abc import Iterator
from keyword import kwlist
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.browser_session import BrowserSession, SharedPages
from tests.page.views import open_fold
from tests.service.servers import Server
from tests.support import SOAK

ROOT = Path(__file__).parents[2]

RUN = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from model import Discriminator, Generator
picture = Generator()(torch.zeros(2, 32, 1, 1))
print(list(picture.shape), list(Discriminator()(picture).shape))
"""


@pytest.fixture
def page(pages: SharedPages, server: Server) -> Iterator[Page]:
    """The code view of a small design, with permission to use the clipboard."""
    permissions = ["clipboard-read", "clipboard-write"]
    with BrowserSession.start(pages, server.url, permissions=permissions) as session:
        page = session.open("/?view=code&resolution=29&latent_dim=32&base_channels=8")
        expect(page.locator(".badge.good")).to_be_visible()
        yield page
        assert session.console_errors == []
        assert session.external_requests == []


def run_module(folder: Path) -> str:
    """The output shapes of the module in this folder, run in torch."""
    command = [sys.executable, "-c", RUN, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.torch
def test_from_first_click_to_a_module_that_torch_runs(
    session: BrowserSession, tmp_path: Path
) -> None:
    """Enter a size and a latent length, download the module, check its output shape."""
    page = session.open()
    page.get_by_label("Side", exact=True).fill("29")
    page.get_by_label("Latent vector").fill("32")
    open_fold(page, "generator")
    page.get_by_label("Base width", exact=True).fill("8")
    expect(page.locator(".chain")).to_contain_text("29 × 29")
    page.get_by_role("link", name="See the code").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download model.py").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    assert download.value.suggested_filename == "model.py"
    assert run_module(tmp_path) == "[2, 3, 29, 29] [2]"


@pytest.mark.torch
def test_the_bundle_holds_the_same_module(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download bundle.zip").click()
    download.value.save_as(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        bundle.extract("model.py", tmp_path)
    assert (tmp_path / "model.py").read_text() == page.locator(".listing code").inner_text()
    assert run_module(tmp_path) == "[2, 3, 29, 29] [2]"


def test_copy_takes_the_text_as_it_is(page: Page) -> None:
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == page.locator(".listing code").inner_text()
    compile(text, "model.py", "exec")


@pytest.mark.parametrize(
    "query",
    [
        "resolution=29&latent_dim=32&base_channels=8",
        "resolution=45x30&latent_dim=7&channels=1&base_channels=8&upsampling=resize&classes=3"
        "&discriminator_output=logit&kernel_sizes=3,4&max_layers=6&output_padding=false",
        "resolution=32&latent_dim=9&base_channels=8&chain=k8s4p2-k2s2",
        "resolution=64&dimensions=1&initial_map=8x4&base_channels=8&encoder=true",
        "resolution=16&dimensions=3&base_channels=8&no_discriminator=true&anisotropic=true",
    ],
)
def test_each_command_reproduces_exactly_this_design(
    session: BrowserSession, query: str, tmp_path: Path
) -> None:
    """Each command, run unchanged in a shell, writes the source that the page shows.

    In `make test`, only a command with an id verifies the design again.
    """
    page = session.open(f"/?view=code&{query}")
    expect(page.locator(".badge.good")).to_be_visible()
    text = page.locator(".listing code").inner_text()
    lines = page.locator(".line pre").all_inner_texts()
    assert [line.split()[0] for line in lines] == ["curl", "curl", "gan-designer"]
    command = shlex.join([sys.executable, "-c", "from designer.cli import main; main()"])
    if not SOAK and "--id" not in lines[-1]:
        lines[-1] += " --verify none"
    for line in lines:
        (tmp_path / "model.py").unlink(missing_ok=True)
        subprocess.run(
            line.replace("gan-designer", command, 1),
            shell=True,
            check=True,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        )
        assert (tmp_path / "model.py").read_text() == text


def test_the_receipt_lists_every_check_with_both_figures(page: Page) -> None:
    for group in page.locator(".receipt [data-group] > summary").all():
        group.click()
    rows = page.locator(".checks tbody tr")
    names = page.locator(".checks tbody th").all_inner_texts()
    assert len(names) == rows.count() > 30
    assert "pairs.adjoint" in names
    shapes = rows.filter(has=page.locator("th", has_text="generator.shapes"))
    expect(shapes.locator(".outcome")).to_have_text("✓ passed")
    shapes.locator("summary").first.click()
    assert json.loads(shapes.locator("pre").first.inner_text())
    parameters = rows.filter(has=page.locator("th", has_text="generator.parameters")).first
    predicted, measured = parameters.locator("td").all_inner_texts()[1:]
    assert predicted == measured


def test_a_receipt_without_a_run_does_not_claim_one(page: Page) -> None:
    """Only a receipt with a version of torch says that torch ran the source."""
    claim = page.get_by_text("torch ran exactly this source")
    expect(claim).to_be_visible()

    def without_run(route: Route) -> None:
        answer = route.fetch()
        design = answer.json()
        design["verification"] |= {"verdict": "not_run", "torch_version": None, "width": None}
        route.fulfill(response=answer, json=design)

    page.route("**/v1/designs", without_run)
    page.reload()
    expect(page.locator(".badge.warn")).to_have_text("not run")
    expect(claim).to_have_count(0)


def test_colours_follow_pythons_own_tokens(page: Page) -> None:
    """Python's tokenizer finds the same strings, comments and keywords."""
    text = page.locator(".listing code").inner_text()
    painted = page.locator(".listing code [class^=py-]").evaluate_all(
        "spans => spans.map(span => [span.className.slice(3), span.textContent])"
    )
    found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    strings = [token.string for token in found if token.type == tokenize.STRING]
    comments = [token.string for token in found if token.type == tokenize.COMMENT]
    constants = ("True", "False", "None")
    words = [token.string for token in found if token.type == tokenize.NAME]
    keywords = [word for word in words if word in kwlist and word not in constants]
    lines = [line for string in strings for line in string.split("\n") if line]
    assert [text for kind, text in painted if kind == "string"] == lines
    assert [text for kind, text in painted if kind == "comment"] == comments
    assert [text for kind, text in painted if kind == "keyword"] == keywords


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_arithmetic_comments_are_never_cut(page: Page, width: int) -> None:
    """Each comment lies inside the listing, whose lines wrap; the number stands at the first."""
    page.set_viewport_size({"width": width, "height": 900})
    block = page.locator(".listing pre")
    assert block.evaluate("node => node.scrollWidth <= node.clientWidth")
    edges = block.evaluate("""node => {
        const { left, right } = node.getBoundingClientRect();
        const cut = [...node.querySelectorAll(".py-comment")].flatMap((part) => [...part.getClientRects()]);
        return cut.map((box) => [box.left >= left, box.right <= right]);
    }""")
    assert len(edges) >= 9
    assert edges == [[True, True]] * len(edges)
    text = block.inner_text()
    lines = page.locator(".code-line")
    assert lines.all_text_contents() == text.removesuffix("\n").split("\n")
    assert (
        lines.first.evaluate("node => getComputedStyle(node, '::before').content")
        == 'counter(line) / ""'
    )


def test_a_button_jumps_to_each_class_and_function(page: Page) -> None:
    """The line is focused, marked and in sight, at its place in the source."""
    page.set_viewport_size({"width": 390, "height": 800})
    text = page.locator(".listing code").inner_text()
    names = page.locator(".jumps button").all_inner_texts()
    assert names == ["Generator", "Discriminator", "weights_init"]
    for name in names:
        page.locator(".jumps").get_by_role("button", name=name).click()
        line = page.locator(".code-line.current")
        expect(line).to_have_count(1)
        expect(line).to_have_text(re.compile(rf"^(class|def) {name}\b"))
        expect(line).to_be_focused()
        expect(line).to_be_in_viewport(ratio=1)
        assert text.split("\n").index(line.inner_text()) == page.locator(".code-line").evaluate_all(
            "lines => lines.findIndex((line) => line.matches('.current'))"
        )


@pytest.mark.torch
@pytest.mark.parametrize(
    ("query", "printed"),
    [
        pytest.param(
            "resolution=16&latent_dim=8&base_channels=4", "(16, 3, 16, 16)", marks=pytest.mark.soak
        ),
        ("resolution=16&latent_dim=8&base_channels=4&classes=3", "(16, 3, 16, 16)"),
        ("resolution=64&dimensions=1&initial_map=8x4&base_channels=8", "(16, 3, 64)"),
    ],
)
def test_each_snippet_runs_and_gives_this_design(
    session: BrowserSession, query: str, printed: str, tmp_path: Path
) -> None:
    """The cell of a notebook, which needs torch alone, and the lines for Python."""
    page = session.open(f"/?view=code&{query}")
    expect(page.locator(".badge.good")).to_be_visible()
    library, cell = page.locator(".snippet pre").all_inner_texts()
    parameters = page.locator(".facts div", has_text="Parameters").first.locator("dd").inner_text()

    def run(text: str, folder: Path) -> str:
        command = [sys.executable, "-c", text]
        path = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=tmp_path, env=path
        )
        return done.stdout.strip()

    assert (
        run(f"{cell.removesuffix('pictures.shape')}print(tuple(pictures.shape))", tmp_path)
        == printed
    )
    if SOAK or "classes" not in query:
        verdict, count = run(library, ROOT).split()
        assert (verdict, int(count)) == ("verified", int(parameters.replace(",", "")))
