"""A kind is a class with its behaviours: no code outside asks which kind a value is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from designer.audit import AuditLayer
from designer.brief.options import Normalization
from designer.geometry.layers import Convolution
from designer.geometry.modules import Module
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.resampling import Upsampling, UpsamplingKind
from designer.layer.request_fields import Op
from designer.pictures.grids import CellGrid
from designer.pictures.moving_window import WindowedMap

ROOT = Path(__file__).parents[1]

MEMBERS = (Activation, Normalization, Op, Upsampling)
"""Enumerations whose members are kinds."""

ALLOWED = {
    ("designer/brief/options.py", "Normalization"): "the class itself",
    ("designer/geometry/modules/activations.py", "Activation"): "the class beside its module",
}


def subclasses(*bases: type) -> set[type]:
    """The classes and all that inherit from them."""
    return {*bases, *(each for base in bases for each in subclasses(*base.__subclasses__()))}


KINDS = {
    each.__name__
    for each in subclasses(Module, Convolution, UpsamplingKind, AuditLayer)
    | {CellGrid, WindowedMap}
} - {"AuditLayer"}
"""Names of classes that are kinds. A change has a whole layer, an ``AuditLayer``, or a JSON value."""


def kind_questions(source: str) -> Iterator[str]:
    """Every kind that a source compares a value with: ``isinstance``, ``type(…) is``, members, cases."""
    for node in ast.walk(ast.parse(source)):
        kinds: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            kinds = node.args[1:]
        elif isinstance(node, ast.Compare):
            kinds = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchClass):
            kinds = [node.cls]
        elif isinstance(node, ast.MatchValue):
            kinds = [node.value]
        for each in (inner for part in kinds for inner in ast.walk(part)):
            owner = each.value if isinstance(each, ast.Attribute) else None
            if isinstance(owner, ast.Name) and owner.id in {kind.__name__ for kind in MEMBERS}:
                yield owner.id
            elif isinstance(each, ast.Name) and each.id in KINDS:
                yield each.id


@pytest.mark.parametrize("package", ["designer", "service"])
def test_no_code_outside_a_kind_asks_for_it(package: str) -> None:
    """A new kind is a class and its registration, not a branch elsewhere."""
    found = {
        (str(path.relative_to(ROOT)), kind)
        for path in (ROOT / package).rglob("*.py")
        for kind in kind_questions(path.read_text(encoding="utf-8"))
    }
    assert found == {each for each in ALLOWED if each[0].startswith(package)}


@pytest.mark.parametrize(
    "source",
    [
        "isinstance(layer, ConvTranspose)",
        "isinstance(module, str | BatchNorm)",
        "type(module) is ActivationModule",
        "op == Op.CONV",
        "norm in (Normalization.BATCH, Normalization.NONE)",
        "match layer:\n    case LinearLayer():\n        pass",
        "match op:\n    case Op.CONV:\n        pass",
    ],
)
def test_a_question_about_a_kind_is_found(source: str) -> None:
    assert list(kind_questions(source))


def test_values_may_be_asked_for_their_json_type() -> None:
    assert not list(kind_questions("isinstance(value, int | tuple) and Op(value).transposed"))
