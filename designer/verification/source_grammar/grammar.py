"""The whole source: its parts in order, and the first line that does not belong to one.

What a source would do on some runs only, such as a branch on the clock or on the size of the batch,
is a statement or an expression that the grammar lacks. Numbers, the layers of a network and their
order are free, because running the source checks them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from designer.reasons import Reason, make_reason
from designer.verification.source_grammar.attention import ATTENTION_CLASS
from designer.verification.source_grammar.autoencoder import AUTOENCODER
from designer.verification.source_grammar.conditional_classes import CONDITIONAL_CLASSES
from designer.verification.source_grammar.helpers import HELPERS
from designer.verification.source_grammar.layers import LAYERS
from designer.verification.source_grammar.networks import NETWORKS
from designer.verification.source_grammar.pattern_rules import Rule, compile_pattern, statements
from designer.verification.source_grammar.r3gan import R3GAN
from designer.verification.source_grammar.residual_blocks import RESIDUAL_BLOCKS
from designer.verification.source_grammar.tree_patterns import SyntaxRefusal
from designer.verification.source_grammar.unet import UNET
from designer.verification.source_grammar.weights_init import WEIGHTS_INIT

SOURCE = """
_str
import torch
from torch import nn
_spectral_norm
_sum_pool
_group_count
_pixel_shuffle
_attention
_networks
_drawing
"""
"""The parts of a source."""

_MAX_SHOWN = 100
"""Most characters of a line that a check shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """The first line that a rendered source cannot contain there; ``missing``: it may not be the last."""

    number: int
    text: str
    missing: bool = False

    @property
    def reason(self) -> Reason:
        """Why a rendered source does not have it there."""
        code = "source_goes_on" if self.missing else "line_not_rendered"
        return make_reason(code, line=self.number, text=self.text)


def find_refused_line(text: str, tree: ast.Module) -> RefusedLine | None:
    """The first line of a text, with its syntax tree, that does not belong to a rendered source.

    >>> from designer.source.syntax_tree import parse_python
    >>> text = "import torch"
    >>> find_refused_line(text, parse_python(text)).reason.sentence
    'line 1: `import torch` is nothing that a rendered source contains there'
    """
    refusal = _PATTERN.refusal(tree, {})
    if tree.body and tree.body[0].lineno != 1:
        refusal = SyntaxRefusal(1)  # a comment before the docstring may declare another encoding
    if refusal is None:
        return None
    number = max(refusal.line, 1)
    line = re.split(r"\r\n?|\n", text)[number - 1].strip().partition("  # ")[0]
    shown = line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…"
    return RefusedLine(number=number, text=shown, missing=refusal.missing)


_DRAWING: dict[str, Rule] = {
    "_networks": statements(
        """
        _blocks
        _r3gan
        _generator
        _discriminator
        _encoder
        _autoencoder
        """,
        """
        _unet_parts
        _unet
        """,
    ),
    "_drawing": statements(
        """
        _draw_functions
        _weights_init
        """,
        "_r3gan_weights",
    ),
}


def join_tables(*tables: dict[str, Rule]) -> dict[str, Rule]:
    """All rules; each hole has one."""
    joined: dict[str, Rule] = {}
    for table in tables:
        twice = joined.keys() & table.keys()
        assert not twice, f"two rules for {sorted(twice)}"
        joined |= table
    return joined


RULES = join_tables(
    LAYERS,
    HELPERS,
    ATTENTION_CLASS,
    CONDITIONAL_CLASSES,
    RESIDUAL_BLOCKS,
    NETWORKS,
    AUTOENCODER,
    WEIGHTS_INIT,
    R3GAN,
    UNET,
    _DRAWING,
)
"""The holes of a source and of its parts."""

_PATTERN = compile_pattern(SOURCE, RULES)
