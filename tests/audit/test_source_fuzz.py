"""Real sources with exchanged expressions: each gets an answer or a refusal within two seconds."""

from __future__ import annotations

import ast
import copy
import time
from random import Random

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.errors import InvalidRequest
from tests.audit.source_styles import STYLES
from tests.support import soak_count

COUNT = soak_count(400, 20_000)

STRAY = [
    "None", "0", "-1", "3", "10**9", "[]", "()", "{}", "self", "x", "nn", "torch", "F", "nn.ReLU()",
    "nn.Conv2d", "'a'", "''", "1.5", "1e999", "-1e999", "True", "lambda a: a", "range(5)", "[x] * 3",
    "super()", "type(x)", "x.shape", "x.size(0)", "-x", "not x", "x[0]", "x[:, None]", "x[...]",
    "x.view(-1)", "x.view(x.size(0), -1)", "x if x else 1", "self.main", "len(x)", "f'{x}'", "2j",
    "getattr(self, 'a')", "(y := 3)", "...", "b'a'", "__import__('os')", "slice(1)", "max([])",
    "divmod(1, 0)", "int('x')", "float('nan')", "int(float('nan'))", "round(1e308 * 10)", "sum(['a'])",
    "sorted([1, 'a'])", "'%s' % 3", "'{} {a}'.format(1)", "list(3)", "zip(3)", "[1][5]", "{}[1]",
    "[].pop()", "{1: 2}.get([])", "torch.cat([x, x], 1)", "torch.cat([], 1)", "x + x", "x @ x",
    "nn.Sequential()", "nn.ModuleList()", "nn.ModuleDict({'a': nn.ReLU()})", "nn.Unflatten(1, (-1, 2))",
    "nn.Upsample(scale_factor=-1)", "nn.Conv2d(3, 8, [3, 3, 3])", "nn.Linear(0, 0)", "nn.Flatten(9)",
    "nn.GroupNorm(3, [2])", "nn.LayerNorm([])", "partial(partial, partial)", "isinstance(1, (int, 3))",
    "str([[1]] * 9)", "dict([(1, 2)])", "enumerate(3, 'a')", "reversed(3)", "math.log(0)", "1 << 64",
    "x.unsqueeze(99)", "x.squeeze(99)", "x.mean([])", "x.mean('a')", "x.flatten(9, -9)", "F.pad(x, [1])",
    "F.interpolate(x)", "F.interpolate(x, size='a')", "x.reshape([])", "x.reshape(None)", "x.size(9)",
    "{**{}}", "[*range(3)]", "print(*x)", "nn.Sequential(*[nn.Sequential()] * 4)",
]  # fmt: skip
"""Expressions that fit nowhere."""


class ReplaceNode(ast.NodeTransformer):
    """Replaces one expression of a tree by another."""

    def __init__(self, place: ast.expr, other: ast.expr) -> None:
        self.place, self.other = place, other

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or the other expression in its place."""
        return copy.deepcopy(self.other) if node is self.place else self.generic_visit(node)


def mutated_source(random: Random, text: str) -> str:
    """The text with one to four expressions replaced by its own or by stray ones."""
    tree = ast.parse(text)
    for _ in range(random.randint(1, 4)):
        found = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        other = ast.parse(random.choice(STRAY), mode="eval").body
        if random.random() < 0.4:
            other = random.choice(found)
        tree = ReplaceNode(random.choice(found), other).visit(tree)
        if random.random() < 0.2:
            random.shuffle(tree.body)
    try:
        return ast.unparse(tree)
    except (ValueError, RecursionError):
        return text


@pytest.mark.slow
def test_any_source_is_answered_or_refused_quickly() -> None:
    """No crash for any source, and at most two seconds of CPU time."""
    texts = [(shape, text) for shape, _, text in STYLES.values()]
    shapes = [[3, 32, 32], [100], [1], [3, 8], [1, 1, 1, 1]]
    for seed in range(COUNT):
        random = Random(seed)
        shape, text = random.choice(texts)
        text = mutated_source(random, text)
        shape = shape if random.random() < 0.8 else random.choice(shapes)
        start = time.process_time()
        try:
            request = read_request({"input_shape": shape, "source": text, "mirror": True})
            audit(request, runner=None)
        except InvalidRequest:
            pass
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}\n{text}") from error
        assert time.process_time() - start < 2, f"seed {seed}\n{text}"
