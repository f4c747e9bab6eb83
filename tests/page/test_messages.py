"""The message file: complete in both languages, without unused messages, all reasons translated."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from designer.pipeline.networks_json import DESIGN_LAYER_OPS
from designer.reasons import SENTENCES, template_fields
from service.problems.registry import PROBLEMS
from service.schemas.design import LayerSchema
from service.web.page_files import (
    FIELDS_MODULE,
    MESSAGES_FILE,
    PAGE_FOLDER,
    REFUSALS_MODULE,
    read_page_file,
)

CHINESE = re.compile(r"[\u4e00-\u9fff]")

IMPORTED = re.compile(r"""(?:^import [^;]*?from |import\()["`]([^"`]+)["`]""", re.MULTILINE)
"""The module that an import names."""


def run_node(program: str, **values: object) -> Any:  # noqa: ANN401
    """The JSON output of a Node program, which reads ``values`` as ``given``."""
    given = json.dumps({"page": PAGE_FOLDER.as_uri(), **values})
    text = f"const given = {given};\nconst load = (name) => import(given.page + '/' + name);\n{program}"
    done = subprocess.run(
        ["node", "--input-type=module"], input=text, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def messages(part: str) -> dict[str, Any]:
    """The messages of a part of the file by ``group.key``."""
    groups = json.loads(MESSAGES_FILE.read_text(encoding="utf-8"))[part]
    return {
        f"{group}.{key}": text for group, texts in groups.items() for key, text in texts.items()
    }


@cache
def served_module(name: str) -> Any:  # noqa: ANN401
    """The default export of a module of messages or of fields, as Node reads it."""
    body = b64encode(read_page_file(name).body).decode()
    return run_node(
        "console.log(JSON.stringify((await import(given.url)).default));",
        url=f"data:text/javascript;base64,{body}",
    )


def placeholders(text: str) -> set[str]:
    """The names in a text: ``{name}``, or ``{name:separator}`` for a list."""
    return set(re.findall(r"\{(\w+)(?::[^{}]+)?\}", text))


def translated_reasons() -> dict[str, str]:
    """The Chinese of reasons by code, wherever the page loads it."""
    both = messages("translations") | messages("refusals")
    return {
        key.removeprefix("reasons."): text
        for key, text in both.items()
        if key.startswith("reasons.")
    }


def test_every_message_is_there_in_both_languages() -> None:
    """Both languages have the same placeholders; the Chinese text contains Chinese unless it has no words."""
    for key, texts in messages("page").items():
        if isinstance(texts, str):
            assert texts.strip(), key
            assert not CHINESE.search(texts), key
            continue
        english, chinese = texts
        assert english.strip(), key
        assert english != chinese, key
        assert placeholders(english) == placeholders(chinese), key
        assert not CHINESE.search(english), key
        words = re.search(r"[a-z]{2}", re.sub(r"\{\w+\}|`[^`]*`", "", english))
        assert bool(CHINESE.search(chinese)) or not words, key
    for key, chinese in (messages("translations") | messages("refusals")).items():
        words = re.sub(r"\{[^}]*\}", "", chinese)
        assert CHINESE.search(chinese) or not re.search("[A-Za-z]", words), key


@pytest.mark.parametrize("language_index", [0, 1])
def test_a_module_has_one_language(language_index: int) -> None:
    """A module has every message in its language and none in the other."""
    exported = served_module(["messages-en.mjs", "messages-zh.mjs"][language_index])
    for key, texts in messages("page").items():
        group, name = key.split(".", 1)
        both = [texts, texts] if isinstance(texts, str) else texts
        assert exported["page"][group][name] == both[language_index]
    assert sum(map(len, exported["page"].values())) == len(messages("page"))
    assert bool(CHINESE.search(json.dumps(exported, ensure_ascii=False))) == bool(language_index)
    assert (
        sum(map(len, exported["translations"].values()))
        == len(messages("translations")) * language_index
    )


def test_every_message_is_used() -> None:
    """Scripts use every message, by its key or by a template for a group of keys."""
    source = "\n".join(path.read_text() for path in sorted(PAGE_FOLDER.glob("*.mjs")))
    whole_keys = set(re.findall(r'"([\w-]+(?:\.[\w.-]+)*)"', source))
    key_prefixes = tuple(set(re.findall(r'[`"]([\w-]+\.(?:[\w-]+\.)*)(?:\$\{|")', source)))
    key_suffixes = tuple(set(re.findall(r"`\$\{[^}]+\}(\.[\w-]+)`", source)))
    unused = [
        key
        for key in messages("page")
        if key not in whole_keys
        and not key.startswith(key_prefixes)
        and not key.endswith(key_suffixes)
    ]
    assert unused == []


def test_every_kind_of_layer_has_a_name() -> None:
    """And every norm and activation that an answer can give it."""
    wanted = {f"op.{op}" for op in DESIGN_LAYER_OPS}
    rows = LayerSchema().fields
    for name in ("normalization", "activation"):
        wanted |= {f"choice.{value}" for value in vars(rows[name])["documented"]["enum"]}
    assert len(wanted) > 20
    assert wanted <= messages("page").keys()


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_of_a_reason_has_a_chinese_translation(code: str) -> None:
    """With exactly the facts of its English template."""
    assert placeholders(translated_reasons()[code]) == template_fields(SENTENCES[code])


def test_no_translation_is_of_an_unknown_code() -> None:
    """And none is there twice."""
    assert translated_reasons().keys() == SENTENCES.keys()
    assert not messages("translations").keys() & messages("refusals").keys()


def test_every_problem_without_reasons_has_a_chinese_translation() -> None:
    """Its code is that of no reason, and its text needs no facts."""
    texts = {key: text for key, text in messages("refusals").items() if key.startswith("problems.")}
    assert texts.keys() == {f"problems.{code}" for code in PROBLEMS.keys() - SENTENCES.keys()}
    assert not any(map(placeholders, texts.values()))


def test_the_translations_of_refusals_are_a_module_of_their_own() -> None:
    """The page loads it when it needs it, and the messages of a language are without it."""
    assert {
        f"{kind}.{code}": text
        for kind, texts in served_module(REFUSALS_MODULE).items()
        for code, text in texts.items()
    } == messages("refusals")
    assert "at_line" not in served_module("messages-zh.mjs")["translations"]["reasons"]


def test_the_page_matches_no_sentence() -> None:
    """No statement contains a run of words of a template, as a pattern for it would."""
    names = sorted(path.name for path in PAGE_FOLDER.glob("*.mjs"))
    scripts = "\n".join(read_page_file(name).body.decode() for name in names)
    texts = scripts + MESSAGES_FILE.read_text(encoding="utf-8").partition('"translations"')[2]
    for template in SENTENCES.values():
        for words in re.findall(r"[A-Za-z'-]+(?: [A-Za-z'-]+){2,}", template):
            assert words not in texts, words


def test_modules_import_only_files_of_the_page() -> None:
    """Each import names a file in the same folder."""
    for path in PAGE_FOLDER.glob("*.mjs"):
        for name in re.findall(IMPORTED, path.read_text()):
            assert name.startswith("./"), (path.name, name)
            made = "${" in name or name == f"./{FIELDS_MODULE}"
            assert made or Path(PAGE_FOLDER / name).is_file(), (path.name, name)


def test_only_comments_white_space_and_needless_signs_are_removed() -> None:
    """A served script has the tokens of its source, but no sign that the language lets one leave out."""
    scripts = sorted(path for path in PAGE_FOLDER.iterdir() if path.suffix in {".js", ".mjs"})
    pairs = [[path.read_text(), read_page_file(path.name).body.decode()] for path in scripts]
    program = """
    const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
    const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const read = (text) => {
      const comments = [];
      const options = { ecmaVersion: "latest", sourceType: "module", onComment: comments };
      const tokens = [...tokenizer(text, options)].map(({ type, value }) => [type.label, String(value)]);
      const kept = tokens.filter((_, at) => !isNeedless((steps) => tokens[at + steps]?.[0]));
      return { tokens: JSON.stringify(kept), comments: comments.length };
    };
    const isNeedless = (kind) =>
      (kind(0) === ";" && kind(1) === "}") ||
      (kind(0) === "," && ["]", "}", ")"].includes(kind(1))) ||
      (kind(0) === "(" && kind(1) === "name" && kind(2) === ")" && kind(3) === "=>") ||
      (kind(-2) === "(" && kind(-1) === "name" && kind(0) === ")" && kind(1) === "=>");
    const pairs = given.map((pair) => pair.map(read));
    console.log(JSON.stringify(pairs.map(([one, two]) => [one.tokens === two.tokens, one.comments, two.comments])));
    """
    done = subprocess.run(
        ["node", "--expose-internals", "--input-type=commonjs", "--eval", program],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert [same for same, _, _ in found] == [True] * len(scripts)
    assert sum(before for _, before, _ in found) > 100
    assert sum(after for _, _, after in found) < 10
