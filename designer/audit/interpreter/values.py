"""What the names of a source can stand for, besides Python's own numbers, texts and lists."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape

SourceValue = object
"""Any value below, or a number, text, None, list, tuple or dict of them."""

Scope = dict[str, SourceValue]


class BatchSize(int):
    """The batch size, read from a tensor: where it stands in a view, the batch is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name of torch or of another library, by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A value that cannot be followed; it refuses only where a layer needs it."""

    why: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorValue:
    """What a layer gave: the output of layer ``index``, -1 the input.

    ``shape`` is the whole shape, None behind a layer that breaks.
    """

    index: int
    shape: TensorShape | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerModule:
    """A torch module that is one layer, or one that changes no shape and is only a word."""

    layer: AuditLayer | None
    activation_or_norm: str
    node: ast.Call
    is_norm: bool = False
    """Whether the word is a norm: a local one, which no list of layers holds."""
    unflatten_arguments: tuple[int, TensorShape] | None = None
    """Axis and sizes of an Unflatten, whose whole shape is known where a tensor comes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModuleSequence:
    """A Sequential; or a ModuleList or ModuleDict, which cannot be called.

    It is the source's own object: several names may stand for it, and what it holds may grow.
    """

    items: list[SourceValue]
    callable: bool
    node: ast.AST
    names: dict[str, SourceValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FunctionValue:
    """A function of the source; ``scope`` is where it was defined."""

    node: ast.FunctionDef
    scope: Scope
    owner: SourceValue = None
    """What its first parameter stands for, where it is a method."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassValue:
    """A class of the source."""

    node: ast.ClassDef
    scope: Scope
    bases: tuple[SourceValue, ...]
    ancestors: tuple[SourceValue, ...]
    """The bases and theirs, each once."""
    members: Scope

    @property
    def source_classes(self) -> tuple[ClassValue, ...]:
        """The class and those of the source that it derives from, the nearest first."""
        return (self, *(base for base in self.ancestors if isinstance(base, ClassValue)))

    def find_member(self, name: str) -> SourceValue:
        """A member of the class or of its bases, None where there is none."""
        return next(
            (
                source_class.members[name]
                for source_class in self.source_classes
                if name in source_class.members
            ),
            None,
        )

    def derives_from(self, other: ClassValue) -> bool:
        """Whether it is that class or has it among its bases."""
        return any(source_class is other for source_class in self.source_classes)

    @property
    def is_module(self) -> bool:
        """Whether it is a torch module."""
        return self._derives_from_torch("Module") or self.is_sequential

    @property
    def is_sequential(self) -> bool:
        """Whether it is torch's Sequential with another start."""
        return self._derives_from_torch("Sequential")

    def _derives_from_torch(self, name: str) -> bool:
        references = (base for base in self.ancestors if isinstance(base, Reference))
        return any(base.path.endswith(name) for base in references)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstanceValue:
    """An instance of a class of the source; its attributes come and go, as the source sets them."""

    class_value: ClassValue
    attributes: Scope = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partial:
    """What ``functools.partial`` gives: a function with some of its arguments."""

    called: SourceValue
    arguments: tuple[SourceValue, ...]
    named: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of a value that is not the source's own: of a tensor, a list, a module."""

    owner: SourceValue
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperObject:
    """What ``super()`` stands for."""

    instance: InstanceValue
    defining_class: ClassValue
