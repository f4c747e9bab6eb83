"""Definition of a brief's field, held as metadata of the dataclass that has the field.

Readers, writers, HTTP schemas, command-line options, sweeps and the page's form derive from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, MISSING, dataclass, field, fields, replace
from enum import StrEnum
from typing import TypeVar

Value = TypeVar("Value")


class Kind(StrEnum):
    """Type of a field's value."""

    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"
    SIZE = "size"
    """One integer per axis, or one for all axes."""
    LIST = "list"
    """A list of integers."""
    LEVELS = "levels"
    """One integer per level of a network, or one for all levels; or the levels themselves."""
    OBJECT = "object"
    """The fields of another dataclass."""
    MAP = "map"
    """An object of channels and a size, as text 512x4x4."""
    CHAIN = "chain"
    """A list of windows."""
    TEXT = "text"


SCALARS = (Kind.INTEGER, Kind.FLAG, Kind.CHOICE)
"""Kinds that a query parameter can hold."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its type, limits, meaning, and where it is offered.

    ``name`` is its name in JSON, ``attribute`` that of the dataclass; ``option`` its name on the
    command line. ``low`` and ``high`` limit each integer.
    """

    kind: Kind
    meaning: str = ""
    _: KW_ONLY
    unit: str = ""
    """The unit of its integers, such as pixels."""
    low: int = 1
    high: int | None = None
    choices: type[StrEnum] | None = None
    excluded: tuple[StrEnum, ...] = ()
    """Choices that are not offered; the reader accepts them, and a rule refuses them."""
    object_type: type | None = None
    shorthand: type[StrEnum] | None = None
    """Choices that stand for an object in which every field has the same one."""
    fields: tuple[Field, ...] = ()
    name: str = ""
    attribute: str = ""
    default: object = None
    required: bool = False
    computed: str = ""
    """How a brief computes a missing value, which is therefore never null in an answer."""
    default_by: tuple[tuple[str, ...], tuple[tuple[str, str], ...]] | None = None
    """Options, and pairs of their values, joined by commas, and the default that these imply."""
    if_null: str = ""
    """What null means, where it is the default."""
    removable: bool = False
    """Whether null means none instead of the default."""
    own_rule: bool = False
    """Whether a rule of ``designer.brief.option_rules`` checks its limits."""
    read_first: int = 0
    """Readers refuse one wrong type at a time: fields with a higher number first."""
    option: str = ""
    page: str | None = ""
    """Its group in the page's form; empty: another control, None: not on the page."""
    sweep: bool = False
    """Whether the page's form of sweeps has it; the other sweeps have every field."""
    wide: bool = False
    """Whether its control spans the form."""

    @property
    def metadata(self) -> Mapping[str, Field]:
        """Metadata of a dataclass field without a default."""
        return {"field": self}

    def with_default(self, value: Value) -> Value:
        """The dataclass field with this default."""
        made: Value = field(default=value, metadata=self.metadata)
        return made

    def with_implied_default(self, value: Value) -> Value:
        """The dataclass field that a brief completes by ``default_by``; this default is the usual one."""
        made: Value = field(default=None, metadata=replace(self, default=value).metadata)  # type: ignore[assignment]
        return made

    @property
    def description(self) -> str:
        """Its meaning with its unit."""
        return f"{self.meaning[:-1]}, in {self.unit}." if self.unit else self.meaning

    def implied(self, *values: str) -> object:
        """Its default where the options of ``default_by`` have these values.

        >>> row = Field(Kind.FLAG, default=True, default_by=(("a", "b"), (("x,y", "false"),)))
        >>> row.implied("x", "y"), row.implied("x", "z")
        ('false', True)
        """
        _, pairs = self.default_by or ((), ())
        return dict(pairs).get(",".join(values), self.default)

    @property
    def nullable(self) -> bool:
        """Whether its value in a completed brief may be null."""
        return self.removable or (self.default is None and not self.computed and not self.required)

    @property
    def offered(self) -> tuple[StrEnum, ...]:
        """The choices that are offered."""
        return tuple(each for each in self.choices or () if each not in self.excluded)


def fields_of(described: type, *, page: str | None = None) -> tuple[Field, ...]:
    """The fields of a dataclass, in its order; ``page`` is the group of all of them on the page."""
    return tuple(
        replace(
            row,
            name=row.name or each.name,
            attribute=each.name,
            option=row.option or row.name or each.name,
            default=row.default if each.default in (MISSING, (), None) else each.default,
            required=not row.computed and each.default is MISSING,
            page=None if row.page is None else page or row.page,
        )
        for each in fields(described)
        for row in (each.metadata["field"],)
    )


def named_fields(**rows: Field) -> tuple[Field, ...]:
    """Fields with their names, which are those of their attributes and options if these have none."""
    return tuple(
        replace(row, name=name, attribute=row.attribute or name, option=row.option or name)
        for name, row in rows.items()
    )


def in_reading_order(rows: Iterable[Field]) -> list[Field]:
    """The fields in the order in which readers refuse wrong types."""
    return sorted(rows, key=lambda row: -row.read_first)


def field_names(rows: Iterable[Field]) -> tuple[str, ...]:
    """The names of fields in JSON."""
    return tuple(row.name for row in rows)
