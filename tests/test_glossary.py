"""The glossary: terms in alphabetical order, valid links, and a link where a page first uses a term."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
PAGES = [
    ROOT / "README.md",
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if path != GLOSSARY),
]
LINKED_TERMS = (
    *("audit", "brief", "chain", "departure", "feature map", "fork server", "frontier"),
    *(
        "initial map",
        "latent vector",
        "mirror",
        "offset",
        "overlap",
        "patch discriminator",
        "probe",
    ),
    *("receipt", "receptive field", "reduced width", "repair", "sandbox", "span", "stem", "sweep"),
    *("thin network", "unread position", "verifying process", "window"),
)
"""Terms with a meaning of their own here; a page links the first use of each in its prose."""


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it.

    >>> anchor("Id, permalink")
    'id-permalink'
    """
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def glossary_terms() -> list[str]:
    """The terms of the glossary, in its order."""
    return re.findall(r"^### (.*)$", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)


def prose(text: str) -> Iterator[str]:
    r"""The lines of a page that are prose: no code, doctests, headings or tables.

    >>> list(prose("# A\n\nOne `two`.\n```sh\nthree\n```\n    >>> four\n| five |\n"))
    ['One .']
    """
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and re.match(r"(?!```|#|\||    )\S|  \S", line):
            yield re.sub(r"`[^`]*`", "", line)


def unlinked_terms(text: str) -> list[str]:
    """The terms whose first use in the prose of a page is not a link to the glossary."""
    joined = "\n".join(prose(text))
    words = re.sub(r"\]\([^)]*\)|[\w-]+\.md", lambda found: " " * len(found[0]), joined)
    missing = []
    for term in LINKED_TERMS:
        first = re.search(rf"\b{term}s?\b", words, flags=re.IGNORECASE)
        links = re.finditer(rf"\[([^\]]*)\]\([^)]*glossary\.md#{anchor(term)}\)", joined)
        if first and not any(link.start(1) <= first.start() < link.end(1) for link in links):
            missing.append(term)
    return missing


def test_terms_are_in_alphabetical_order() -> None:
    """A reader finds a term by its place."""
    terms = [term.lower() for term in glossary_terms()]
    assert terms == sorted(terms)


def test_every_linked_term_is_defined() -> None:
    """The glossary has an entry for each term that pages must link."""
    headings = {anchor(term) for term in glossary_terms()}
    assert {anchor(term) for term in LINKED_TERMS} <= headings


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_links_the_first_use_of_each_term(page: Path) -> None:
    """Who meets a term for the first time on a page is one click from its definition."""
    assert unlinked_terms(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", [*PAGES, GLOSSARY], ids=lambda path: path.name)
def test_links_between_pages_are_valid(page: Path) -> None:
    """Every relative link leads to a file, and every anchor to a heading of it."""
    text = page.read_text(encoding="utf-8")
    for target, fragment in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", text):
        file = page.parent / target if target else page
        assert file.exists(), target
        if fragment and file.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, f"{target}#{fragment}"


def test_an_unlinked_term_is_found() -> None:
    """The check refuses a page that uses a term before it links it."""
    assert unlinked_terms("A chain. A [chain](glossary.md#chain).") == ["chain"]
    assert unlinked_terms("A [chain](glossary.md#chain). The chain.") == []
    assert unlinked_terms("A [chain](solver.md).") == ["chain"]
