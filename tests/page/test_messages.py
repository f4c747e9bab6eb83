"""One message file for both languages: complete, used, and the service's sentences known in it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from designer.chain_answers import query_from_document
from designer.design import design
from designer.documents import brief_from_document
from designer.solver import search_chains
from service.page_files import FOLDER

CHINESE = re.compile(r"[\u4e00-\u9fff]")

IMPORTED = re.compile(r"""(?:^import [^;]*?from |import\()["`]([^"`]+)["`]""", re.MULTILINE)
"""The module that an import names."""

SPOKEN_ALIKE = {"activation.relu", "activation.leaky_relu", "activation.tanh", "activation.sigmoid"}
"""Names that are the same in both languages, besides texts without a word."""


def run_node(program: str, **values: object) -> Any:  # noqa: ANN401
    """What a program prints as JSON; ``page`` is the page's folder, ``values`` what it is given."""
    given = json.dumps({"page": FOLDER.as_uri(), **values})
    text = f"const given = {given};\nconst load = (name) => import(given.page + '/' + name);\n{program}"
    done = subprocess.run(
        ["node", "--input-type=module"], input=text, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def messages() -> dict[str, list[str]]:
    """Every message by its key."""
    loaded: dict[str, list[str]] = run_node(
        "console.log(JSON.stringify((await load('messages.mjs')).MESSAGES));"
    )
    return loaded


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_message_is_there_in_both_languages() -> None:
    """With the same figures in it, and in Chinese where there is a word to be said."""
    for key, texts in messages().items():
        english, chinese = texts
        if key == "picture.words":  # pairs for the texts of the service's pictures: none in English
            continue
        assert english.strip(), key
        assert chinese.strip(), key
        assert placeholders(english) == placeholders(chinese), key
        assert not CHINESE.search(english), key
        words = re.sub(r"\{\w+\}|`[^`]*`", "", english)
        spoken = re.search(r"[a-z]{2}", words) and key not in SPOKEN_ALIKE
        plain = english == chinese
        assert bool(CHINESE.search(chinese)) or plain or not spoken, key


def test_every_message_is_said_somewhere() -> None:
    """By its whole key, or by the part that a template writes before what varies."""
    source = "\n".join(
        path.read_text() for path in sorted(FOLDER.glob("*.mjs")) if path.name != "messages.mjs"
    )
    written = set(re.findall(r'"([\w-]+(?:\.[\w.-]+)*)"', source))
    begun = tuple(set(re.findall(r'[`"]([\w-]+\.(?:[\w-]+\.)*)(?:\$\{|")', source)))
    ended = tuple(set(re.findall(r"`\$\{[^}]+\}(\.[\w-]+)`", source)))
    unsaid = [
        key
        for key in messages()
        if key not in written and not key.startswith(begun) and not key.endswith(ended)
    ]
    assert unsaid == []


def test_every_reason_of_the_solver_is_known_in_chinese() -> None:
    """Each sentence of ``why``, over searches of every kind, is told with its own numbers."""
    questions: list[dict[str, Any]] = [
        {"to": side, "search": search}
        for side in (28, 45, 64, 90, [50, 150])
        for search in (
            {},
            {"exact": "any", "max_layers": 3},
            {"overlap": "any"},
            {"exact": "require", "strides": [2, 3, 5], "kernel_sizes": [2, 3, 4, 5, 6, 7, 8]},
        )
    ]
    questions += [{"to": [600]}, {"to": [32, 96], "search": {"anisotropic": True}}]
    sentences = sorted(
        {
            sentence
            for question in questions
            for solution in search_chains(query_from_document(question | {"limit": 25})).solutions
            for sentence in solution.why
        }
        | {
            sentence
            for family in ({"upsampling": "resize"}, {"upsampling": "subpixel"}, {"classes": 3})
            for sentence in design(
                brief_from_document(
                    {"resolution": 32, "latent_dim": 9, "base_channels": 8, "verify": "none"}
                    | family
                )
            ).why
        }
    )
    assert len(sentences) > 60
    told = run_node(
        """
        const { told } = await load("why.mjs");
        const { wordsIn } = await load("words.mjs");
        console.log(JSON.stringify(given.sentences.map((sentence) => told(sentence, wordsIn("zh")))));
        """,
        sentences=sentences,
    )
    for sentence, chinese in zip(sentences, told, strict=True):
        assert chinese, sentence
        assert CHINESE.search(chinese), sentence
        figures = re.findall(r"\d+(?:,\d{3})*", sentence)
        missing = [figure for figure in figures if figure not in chinese]
        assert missing == [], sentence


def test_the_page_is_files_alone() -> None:
    """No module comes from elsewhere, and none is built: each import names a file beside it."""
    for path in FOLDER.glob("*.mjs"):
        for name in re.findall(IMPORTED, path.read_text()):
            assert name.startswith("./"), (path.name, name)
            assert "${" in name or Path(FOLDER / name).is_file(), (path.name, name)
