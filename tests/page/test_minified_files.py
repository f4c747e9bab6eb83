"""What is served says what its source says: other parsers read the same from both."""

from __future__ import annotations

import json
import subprocess

import pytest
from playwright.sync_api import Browser

from service.web.form_fields import form_fields
from service.web.page_files import (
    FIELDS_MODULE,
    MESSAGES_FILE,
    PAGE_FOLDER,
    REFUSALS_MODULE,
    read_page_file,
)
from tests.clients.node_programs import MODULES
from tests.page.test_messages import served_module

PROGRAM = """
const ts = require("typescript");
const [name, ...texts] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const nodesOf = (text) => {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
  const found = [file.parseDiagnostics.length];
  const visit = (node) => {
    found.push([node.kind, node.rawText ?? node.text ?? ""]);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found;
};
console.log(JSON.stringify(texts.map(nodesOf)));
"""
"""Prints the nodes of each text's syntax tree, after the number of its errors, as TypeScript reads it."""

RULES = """(texts) => texts.map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const shorten = (text) => text.replaceAll(/\\s*,\\s*/g, ",").replaceAll(/(?<!\\d)0(?=\\.\\d)/g, "");
  return [...sheet.cssRules].map((rule) => shorten(rule.cssText));
})"""
"""The rules of each text as the browser reads and writes them, without its spaces at commas.

It writes values with variables as they are, so zeros before a decimal point are left out, too.
"""


def names(suffix: str) -> list[str]:
    return sorted(path.name for path in PAGE_FOLDER.glob(f"*{suffix}"))


def both(name: str) -> tuple[str, str]:
    """The source of a file, and what is served."""
    return (PAGE_FOLDER / name).read_text(), read_page_file(name).body.decode()


def syntax_trees(*texts: str) -> list[list[object]]:
    done = subprocess.run(
        ["node", "-e", PROGRAM],
        input=json.dumps(["file.mjs", *texts]),
        capture_output=True,
        text=True,
        check=True,
        cwd=MODULES.parent,
    )
    found: list[list[object]] = json.loads(done.stdout)
    return found


def test_scripts_have_the_syntax_tree_of_their_source() -> None:
    """In fewer bytes, without a comment."""
    files = [*names(".mjs"), *names(".js")]
    assert len(files) > 30
    pairs = [both(name) for name in files]
    trees = syntax_trees(*(text for pair in pairs for text in pair))
    for name, source, served in zip(files, trees[::2], trees[1::2], strict=True):
        assert source[0] == 0, name
        assert source == served, name
        assert len(source) > 5, name
    assert sum(len(served) for _, served in pairs) < 0.9 * sum(len(source) for source, _ in pairs)
    assert not any("/**" in served for _, served in pairs)


def test_another_syntax_tree_is_noticed() -> None:
    """A changed text, a lost space between words, and a lost line end."""
    source = "export const a = `x  y`;\nlet typeofa = 1;\nconst b = typeof a\n++typeofa;\n"
    for wrong in (
        source.replace("x  y", "x y"),
        source.replace("typeof a", "typeofa"),
        source.replace("a\n++", "a ++"),
    ):
        right, other = syntax_trees(source, wrong)
        assert right[0] == 0
        assert right != other


def test_style_sheets_have_the_rules_of_their_source(browser: Browser) -> None:
    page = browser.new_page()
    for name in names(".css"):
        source, served = page.evaluate(RULES, list(both(name)))
        assert source == served, name
        assert len(source) > 5, name
    wrong, right = page.evaluate(RULES, ["p { margin: 0 }", "p { margin: 1px }"])
    assert wrong != right
    page.close()


def test_the_document_has_the_words_of_its_source() -> None:
    source, served = both("index.html")
    assert served.split() == source.split()
    assert len(served) < len(source)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (REFUSALS_MODULE, json.loads(MESSAGES_FILE.read_text())["refusals"]),
        (FIELDS_MODULE, form_fields()),
    ],
)
def test_a_module_of_json_has_its_values(name: str, expected: object) -> None:
    """Keys that are names have no quotes; texts keep theirs."""
    assert served_module(name) == expected
    compact = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
    assert len(read_page_file(name).body) < len(compact.encode())
