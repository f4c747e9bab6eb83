"""The grammar of sources: rendered texts pass, and every trigger or extra is refused by its line."""

from __future__ import annotations

import ast
import random
import time

import pytest
from hypothesis import assume, given, settings

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.errors import DesignerError
from designer.geometry.chain import Chain
from designer.networks.from_brief import assemble_networks
from designer.source import render_source
from designer.verification import verify_text
from designer.verification.source_checks import check_text, parse_or_none, text_sha256
from designer.verification.source_grammar import RefusedLine, find_refused_line
from designer.verification.source_grammar.grammar import RULES, SOURCE, join_tables
from designer.verification.source_grammar.pattern_rules import compile_pattern
from tests.brief.permalink.random_designs import designs
from tests.source.golden import FOLDER
from tests.support import soak_count
from tests.verification.designs import doubling_gan
from tests.verification.mutants import mutants
from tests.verification.random_gans import random_gans
from tests.verification.random_unets import random_unets
from tests.verification.refused_edits import EDITS, TEXTS
from tests.verification.tree_edits import insert_statement, wrap_expression

GOLDEN = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py"))}


def refused(text: str) -> RefusedLine | None:
    """The first line that the grammar refuses."""
    return find_refused_line(text, ast.parse(text))


@pytest.mark.parametrize("text", GOLDEN.values(), ids=GOLDEN.keys())
def test_golden_texts_pass(text: str) -> None:
    """Every family of networks is part of the grammar."""
    assert refused(text) is None


@pytest.mark.slow
def test_the_texts_of_random_designs_pass() -> None:
    """So is what the renderer writes for any fields."""
    count = soak_count(300, 3_000)
    gans = [gan for architecture in Architecture for gan in random_gans(count, architecture)]
    texts = [render_source(gan).text for gan in gans]
    assert [text for text in texts if refused(text)] == []


@settings(max_examples=soak_count(30, 500))
@given(design=designs())
def test_the_texts_of_large_designs_pass(design: tuple[Brief, Chain]) -> None:
    """And what it writes for any size of windows, widths and maps."""
    try:
        gan = assemble_networks(*design)
    except DesignerError:
        assume(False)
    assert refused(render_source(gan).text) is None


def test_a_hole_has_one_rule() -> None:
    """A table that repeats a name would replace another's rule, and refuse its texts."""
    with pytest.raises(AssertionError, match="two rules for"):
        join_tables(RULES, {"_width": RULES["_width"]})


@pytest.mark.slow
def test_every_alternative_is_rendered() -> None:
    """Without any one alternative some rendered text is refused: the grammar has none too many.

    `make test` takes every third alternative, and the longest texts first: they use most of them.
    """
    counts = {Architecture.DCGAN: 100, Architecture.RESNET: 250, Architecture.R3GAN: 60}
    gans = [gan for each, count in counts.items() for gan in random_gans(count, each)]
    gans += random_unets(200)
    texts = sorted((render_source(gan).text for gan in gans), key=len, reverse=True)
    trees = [ast.parse(text) for text in texts]
    alternatives = [(hole, text) for hole, rule in RULES.items() for text in rule.alternatives]
    unused = []
    for hole, dropped in alternatives[:: soak_count(3, 1)]:
        kept = tuple(text for text in RULES[hole].alternatives if text != dropped)
        pattern = compile_pattern(SOURCE, RULES | {hole: RULES[hole]._replace(alternatives=kept)})
        if all(pattern.refusal(tree, {}) is None for tree in trees):
            unused.append((hole, dropped))
    assert unused == []


@pytest.mark.parametrize("name", EDITS)
def test_a_hidden_trigger_is_refused_by_its_line(name: str) -> None:
    """The check names the line that is not as rendered."""
    text, number, line = EDITS[name].apply()
    found = refused(text)
    assert found is not None
    assert (found.number, found.text) == (number, line)


def test_the_unedited_texts_pass() -> None:
    """What is refused is the edit."""
    assert len(EDITS) >= 60
    assert [name for name, text in TEXTS.items() if refused(text)] == []


@pytest.mark.parametrize("name", TEXTS)
def test_an_inserted_statement_is_refused(name: str) -> None:
    """At any place: the top level, a class, a function or a branch."""
    rng = random.Random(name)
    for _ in range(soak_count(100, 1_000)):
        text = insert_statement(TEXTS[name], rng)
        assert refused(text) is not None, text


@pytest.mark.parametrize("name", TEXTS)
def test_a_wrapped_expression_is_refused(name: str) -> None:
    """Every expression is as rendered, in annotations and defaults, too."""
    rng = random.Random(name)
    for _ in range(soak_count(100, 1_000)):
        text = wrap_expression(TEXTS[name], rng)
        assert refused(text) is not None, text


def test_mutants_of_numbers_and_layers_pass() -> None:
    """The grammar is not the text of a design: a fault in its numbers is for the run to find."""
    passed: dict[str, set[bool]] = {}
    for mutant in (mutant for text in TEXTS.values() for mutant in mutants(text)):
        tree = parse_or_none(mutant.text)
        if tree is not None:
            passes = find_refused_line(mutant.text, tree) is None
            passed.setdefault(mutant.kind, set()).add(passes)
    always = {kind for kind, outcomes in passed.items() if outcomes == {True}}
    never = {kind for kind, outcomes in passed.items() if outcomes == {False}}
    assert always >= {"double layer", "swap layers"}
    assert never >= {"flag", "operator", "drop statement", "drop layer"}
    assert all(True in passed[kind] for kind in ("number + 1", "number - 1", "number / 2", "class"))


SENTENCES = {
    "import torch": "line 1: `import torch` is nothing that a rendered source contains there",
    "'A.'\rimport torch\r\nimport  os  # ?": (
        "line 3: `import  os` is nothing that a rendered source contains there"
    ),
    f"{'a' * 101}": f"line 1: `{'a' * 99}…` is nothing that a rendered source contains there",
    "'A.'": "line 1: after `'A.'` a rendered source goes on",
    "": "line 1: `` is nothing that a rendered source contains there",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_the_sentence_names_the_line(text: str) -> None:
    """Its number, and its code without a comment, at most 100 characters."""
    found = refused(text)
    assert found is not None
    assert found.reason.sentence == SENTENCES[text]


def test_the_check_shows_the_refused_line() -> None:
    """``measured`` is the line, ``detail`` a sentence; a text that does not compile is not judged."""
    text, number, line = EDITS["branch on the clock"].apply()
    checks = {}
    for name, each in (("as rendered", TEXTS["dcgan"]), ("edited", text), ("no Python", "def")):
        *_, checks[name] = check_text(each, text_sha256(each))
        assert checks[name].name == "text.syntax"
        assert checks[name].predicted is None
    assert [check.passed for check in checks.values()] == [True, False, None]
    assert [check.measured for check in checks.values()] == [None, line, None]
    assert checks["as rendered"].detail == ""
    assert checks["edited"].detail == (
        f"line {number}: `{line}` is nothing that a rendered source contains there"
    )
    assert checks["no Python"].detail == "the source does not compile"


@pytest.mark.parametrize("edited", [False, True])
def test_a_process_that_ran_another_syntax_is_not_reused(edited: bool) -> None:
    """The source is run in any case; only one that passes leaves its process to the next."""
    discarded = []

    def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
        discarded.append(discard)
        return {}

    text = EDITS["branch on the clock"].apply()[0] if edited else TEXTS["dcgan"]
    verify_text(text, text_sha256(text), doubling_gan(2), level=Level.STANDARD, runner=runner)
    assert discarded == [edited]


def test_the_grammar_is_fast() -> None:
    """A source of a DCGAN of 64×64 takes less than 5 ms."""
    tree = ast.parse(GOLDEN["dcgan_64"])
    durations = []
    for _ in range(20):
        start = time.process_time()
        find_refused_line(GOLDEN["dcgan_64"], tree)
        durations.append(time.process_time() - start)
    assert min(durations) < 0.005
