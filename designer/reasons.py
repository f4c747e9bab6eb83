"""Reasons: statements of the library as a code, its facts, and the English sentence made of them.

Programs and translations choose by code and use the facts; no one has to parse a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

RANK_SENTENCES = {
    "exactness_ignored": ("Offsets are ignored on request, so exact chains do not come first."),
    "inexact_comes_later": (
        "Not every layer multiplies its input exactly, so it comes after the exact chains of"
        " departure up to {limit}."
    ),
    "exact_comes_first": (
        "Every layer multiplies its input exactly and the departure is {departure}: before all"
        " others."
    ),
    "exact_beyond_limit": (
        "Every layer multiplies its input exactly and the departure is {departure}: exact chains"
        " come first only up to {limit}."
    ),
    "departure": (
        "Departure {departure} from the usual design: {layers} for strides other than"
        " {usual_stride} and for offsets, {initial_side} for an initial side outside {low} to"
        " {high}."
    ),
    "overlap": (
        "{uneven:layer overlaps|layers overlap} unevenly and"
        " {unread:mirrored layer|mirrored layers} would leave positions unread."
    ),
    "overlap_ignored": (
        "Even overlap is ignored on request; {unread:mirrored layer|mirrored layers} would leave"
        " positions unread."
    ),
    "offsets": (
        "{inexact:axis-step is|axis-steps are} inexact, with offsets that sum to {offset_sum}."
    ),
    "offsets_ignored": "Offsets are ignored on request.",
    "kernel_distance": (
        "Kernels {kernel_sizes} differ by {distance} px in total from {factor} times their strides."
    ),
    "initial_side": (
        "The initial map's shorter side {side} is {distance} away from {preferred_side}."
    ),
    "cost": (
        "{layers:layer|layers} and {multiply_adds:,} multiply-adds, the stem included: fewer come"
        " first."
    ),
    "cost_as_transposed": (
        "{layers:layer|layers} and {multiply_adds:,} multiply-adds, the stem included, as transposed"
        " convolutions: fewer come first."
    ),
    "padding_sums": (
        "Output paddings sum to {output_padding_sum} and paddings to {padding_sum}: smaller sums"
        " come first, then the smaller windows, compared from the picture's end."
    ),
}
"""Codes of the reasons for a chain's rank, in the steps of the order."""

NO_CHAIN_SENTENCES = {
    "parameter_budget_too_small": (
        "no chain leads to {target}: none is within the budget of {parameters:,} parameters; the"
        " minimum is {least_parameters:,} parameters"
    ),
    "multiply_add_budget_too_small": (
        "no chain leads to {target}: none is within the budget of {multiply_adds:,} multiply-adds;"
        " the minimum is {least_multiply_adds:,} multiply-adds"
    ),
    "budget_too_small": (
        "no chain leads to {target}: none is within the budget of {parameters:,} parameters and"
        " {multiply_adds:,} multiply-adds; the minimum is {least_parameters:,} parameters and"
        " {least_multiply_adds:,} multiply-adds, possibly in different chains"
    ),
    "max_layers_too_small": (
        "no chain leads to {target}: max_layers {max_layers} is too small to reach it from an"
        " initial map"
    ),
    "max_layers_too_small_from": (
        "no chain leads to {target}: max_layers {max_layers} is too small to reach it from"
        " {initial_size}"
    ),
    "dead_end": (
        "no chain leads to {target}: the backward search stops at {size}, where no window of the"
        " search space gives o = S·i + c with {condition} from an allowed input size ({equations})"
    ),
    "dead_end_any_offset": (
        "no chain leads to {target}: the backward search stops at {size}, where no window of the"
        " search space gives o = S·i + c with any c that the kernels allow from an allowed input"
        " size ({equations})"
    ),
    "relax": "a chain exists without {constraints:alternatives}",
    "relax_undecided": "the step limit left some combinations untried",
}
"""Codes of the reasons for a ``no_chain`` error."""

SENTENCES = RANK_SENTENCES | NO_CHAIN_SENTENCES
"""The template of the sentence of every code.

``{layers:layer|layers}`` is a number with its noun in the singular or the plural, ``alternatives``
joins lists of names, and a list of numbers is a size.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement: a code of ``SENTENCES`` and a fact for each field of its template.

    >>> Reason(code="overlap", facts={"uneven": 1, "unread": 0}).sentence
    '1 layer overlaps unevenly and 0 mirrored layers would leave positions unread.'
    """

    code: str
    facts: Mapping[str, object] = field(hash=False)

    def __post_init__(self) -> None:
        assert set(self.facts) == template_fields(SENTENCES[self.code]), self.code

    @property
    def sentence(self) -> str:
        """The statement in English."""
        return _SentenceFormatter().vformat(SENTENCES[self.code], (), self.facts)


def template_fields(template: str) -> set[str]:
    """The names of the facts in a template.

    >>> sorted(template_fields("{layers:layer|layers} and {work} multiply-adds"))
    ['layers', 'work']
    """
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def reason_document(reason: Reason) -> dict[str, object]:
    """The JSON of a reason: code, facts and sentence."""
    return {"code": reason.code, "facts": dict(reason.facts), "sentence": reason.sentence}


class _SentenceFormatter(Formatter):
    """Formats facts for a sentence, by the specifications that ``SENTENCES`` describes."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - a fact
        if format_spec == "alternatives":
            return " or without ".join(" and ".join(names) for names in value)
        if "|" in format_spec:
            return f"{value} {format_spec.split('|')[value != 1]}"
        return format(value, format_spec) if format_spec else _fact_text(value)


def _fact_text(fact: object) -> str:
    """A fact as text: 4×4 for a list of numbers, otherwise the entries of a list in turn."""
    if not isinstance(fact, list):
        return str(fact)
    numbers = all(isinstance(entry, int) for entry in fact)
    return ("×" if numbers else ", ").join(map(_fact_text, fact))
