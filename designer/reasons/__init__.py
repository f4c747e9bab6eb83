"""Reasons: statements of the library as a code, its facts, and the English sentence made of them.

Programs and translations choose by code and use the facts; no one has to parse a sentence.
``sentences.json`` has the template of the sentence of each code, in groups. In a template,
``{layers:layer|layers}`` is a number with its noun in the singular or the plural, ``{count:times}``
is a number of times, ``{value:plain}`` is a JSON value as text, ``{size:tuple}`` is a tuple, and
``{sizes:' to '}`` is a list with that separator; without one, a list of numbers is a size. A fact may
be a reason itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

SENTENCE_GROUPS: Mapping[str, Mapping[str, str]] = json.loads(
    Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
)
"""The templates by code, in groups of codes that are used together."""

SENTENCES = {code: text for group in SENTENCE_GROUPS.values() for code, text in group.items()}
"""The template of the sentence of every code."""

_TIMES = {2: "twice", 3: "three times", 4: "four times"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement: a code of ``SENTENCES`` and a fact for each field of its template.

    >>> Reason(code="overlap", facts={"uneven": 1, "unread": 0}).sentence
    '1 layer overlaps unevenly and 0 mirrored layers would leave positions unread.'
    """

    code: str
    facts: Mapping[str, object] = field(hash=False)

    def __post_init__(self) -> None:
        assert self.facts.keys() == template_fields(SENTENCES[self.code]), self.code

    @property
    def sentence(self) -> str:
        """The statement in English."""
        return _SentenceFormatter().vformat(SENTENCES[self.code], (), self.facts)

    def __str__(self) -> str:
        return self.sentence


def make_reason(code: str, /, **facts: object) -> Reason:
    """The reason of a code; facts that its sentence does not have are left out.

    >>> make_reason("missing_field", field="latent_dim", value=None).sentence
    'latent_dim is required'
    """
    fields = template_fields(SENTENCES[code])
    return Reason(code=code, facts={name: fact for name, fact in facts.items() if name in fields})


@cache
def template_fields(template: str) -> frozenset[str]:
    """The names of the facts in a template.

    >>> sorted(template_fields("{layers:layer|layers} and {work} multiply-adds"))
    ['layers', 'work']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def reason_document(reason: Reason) -> dict[str, object]:
    """The JSON of a reason: code, facts and sentence."""
    facts = {name: _fact_value(fact) for name, fact in reason.facts.items()}
    return {"code": reason.code, "facts": facts, "sentence": reason.sentence}


def read_reason(document: Any) -> Reason:  # noqa: ANN401 - a JSON value
    """The reason of its JSON; a fact that is an object is a reason itself.

    >>> read_reason(reason_document(make_reason("a_list", length=2))).sentence
    'a list of 2'

    Raises:
        ValueError: if it is not the JSON of a reason.
    """
    try:
        code, facts = document["code"], dict(document["facts"])
        known = facts.keys() == template_fields(SENTENCES[code])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not a reason") from error
    if not known:
        raise ValueError(f"not the facts of {code}")
    read = {
        name: read_reason(fact) if isinstance(fact, dict) else fact for name, fact in facts.items()
    }
    return Reason(code=code, facts=read)


def reason_documents(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    """The JSON of several reasons."""
    return [reason_document(reason) for reason in reasons]


class _SentenceFormatter(Formatter):
    """Formats facts for a sentence, by the specifications that the module describes."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - a fact
        if format_spec == "alternatives":
            return " or without ".join(" and ".join(names) for names in value)
        if format_spec == "times":
            return _TIMES.get(value, f"{value} times")
        if format_spec == "plain":
            return "none" if value is None else str(_fact_value(value)).replace("'", "")
        if format_spec == "tuple":
            return str(tuple(value))
        if format_spec.startswith("'"):
            return format_spec.strip("'").join(map(_fact_text, value))
        if "|" in format_spec:
            return f"{value} {format_spec.split('|')[value != 1]}"
        return format(value, format_spec) if format_spec else _fact_text(value)


def _fact_text(fact: object) -> str:
    """A fact as text: 4×4 for a list of numbers, otherwise the entries of a list in turn."""
    if not isinstance(fact, list | tuple):
        return str(fact)
    if not fact:
        return "1 number"
    numbers = all(isinstance(entry, int) for entry in fact)
    return ("×" if numbers else ", ").join(map(_fact_text, fact))


def _fact_value(fact: object) -> object:
    """A fact as a JSON value."""
    if isinstance(fact, Reason):
        return reason_document(fact)
    return [_fact_value(entry) for entry in fact] if isinstance(fact, list | tuple) else fact
