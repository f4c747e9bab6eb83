"""Values of a source besides plain Python values: tensors, modules, functions and classes."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.reasons import Reason, make_reason

SourceValue = object
"""A class below, a number, a text, None, or a list, tuple or dict of values."""

Scope = dict[str, SourceValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The arguments of a call, and its place in the source."""

    arguments: list[SourceValue] = field(default_factory=list)
    named: Scope = field(default_factory=dict)
    node: ast.AST

    @property
    def values(self) -> list[SourceValue]:
        """All arguments, named ones last."""
        return [*self.arguments, *self.named.values()]


class BatchSize(int):
    """The batch size read from a tensor; as the first size of a view it keeps the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name from torch or another library, by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A value that cannot be followed; an error only when a layer needs it."""

    why: Reason
    line: int


def unknown_at(node: ast.AST | None, sentence: str, **facts: object) -> Unknown:
    """A value that cannot be followed from a node on."""
    return Unknown(why=make_reason(sentence, **facts), line=getattr(node, "lineno", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorValue:
    """The output of layer ``index``; -1 is the input.

    ``shape`` includes the batch; it is None after a layer that fails.
    """

    index: int
    shape: TensorShape | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerModule:
    """A torch module: one layer, or a shape-preserving one of which only the name is recorded."""

    layer: AuditLayer | None
    activation_or_norm: str
    node: ast.AST
    is_norm: bool = False
    """Whether the name is a norm: local response norm, which has no layer of its own."""
    unflatten_arguments: tuple[int, TensorShape] | None = None
    """Axis and sizes of an Unflatten; its output shape depends on the tensor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModuleSequence:
    """A Sequential; or a ModuleList or ModuleDict, which cannot be called.

    Mutable and compared by identity, as in torch: several names may refer to it.
    """

    items: list[SourceValue]
    callable: bool
    node: ast.AST
    names: dict[str, SourceValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FunctionValue:
    """A function of the source; ``scope`` is the scope that defines it."""

    node: ast.FunctionDef
    scope: Scope
    owner: SourceValue = None
    """The value of the first parameter of a bound method."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassValue:
    """A class of the source."""

    node: ast.ClassDef
    scope: Scope
    bases: tuple[SourceValue, ...]
    ancestors: tuple[SourceValue, ...]
    """The direct and indirect bases, each once."""
    members: Scope

    @property
    def source_classes(self) -> tuple[ClassValue, ...]:
        """The class and its ancestors from the source, nearest first."""
        return (self, *(base for base in self.ancestors if isinstance(base, ClassValue)))

    def find_member(self, name: str) -> SourceValue:
        """A member of the class or its ancestors, or None."""
        return next(
            (
                source_class.members[name]
                for source_class in self.source_classes
                if name in source_class.members
            ),
            None,
        )

    def derives_from(self, other: ClassValue) -> bool:
        """Whether the class is ``other`` or a subclass of it."""
        return any(source_class is other for source_class in self.source_classes)

    @property
    def is_module(self) -> bool:
        """Whether the class is a subclass of ``nn.Module``."""
        return self._derives_from_torch("Module") or self.is_sequential

    @property
    def is_sequential(self) -> bool:
        """Whether the class is a subclass of ``nn.Sequential``."""
        return self._derives_from_torch("Sequential")

    def _derives_from_torch(self, name: str) -> bool:
        references = (base for base in self.ancestors if isinstance(base, Reference))
        return any(base.path.endswith(name) for base in references)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstanceValue:
    """An instance of a class of the source, with mutable attributes."""

    class_value: ClassValue
    attributes: Scope = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partial:
    """The result of ``functools.partial``."""

    called: SourceValue
    arguments: tuple[SourceValue, ...]
    named: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method that is not defined in the source: of a tensor, list or module."""

    owner: SourceValue
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperObject:
    """The value of ``super()``."""

    instance: InstanceValue
    defining_class: ClassValue
