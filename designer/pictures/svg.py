"""The primitives: the only place where markup is written, and all that is written is escaped.

Coordinates are whole pixels, so that equal pictures are equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol


def text_width(text: str, size: int) -> int:
    """Pixels that a text takes: each letter is 0.6 of its size, and the text is set to that.

    >>> text_width("4×4", 10)
    18
    """
    return -(-len(text) * size * 6 // 10)


class Shape(Protocol):
    """Anything that can be written as markup."""

    def svg(self) -> str:
        """The element."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle; ``fill`` overrides the kind's colour, ``percent`` is its opacity."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    fill: str | None = None
    percent: int = 100

    def svg(self) -> str:
        """The element."""
        fill = f' style="fill:{escape(self.fill)}"' if self.fill else ""
        opacity = f' fill-opacity="{self.percent / 100:.2f}"' if self.percent != 100 else ""
        return (
            f'<rect class="{escape(self.kind)}" x="{self.x}" y="{self.y}"'
            f' width="{self.width}" height="{self.height}"{fill}{opacity}/>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Lines and areas: ``commands`` are SVG path commands that this package wrote."""

    commands: str
    kind: str
    fill: str | None = None
    percent: int = 100

    def svg(self) -> str:
        """The element."""
        fill = f' style="fill:{escape(self.fill)}"' if self.fill else ""
        opacity = f' fill-opacity="{self.percent / 100:.2f}"' if self.percent != 100 else ""
        return f'<path class="{escape(self.kind)}" d="{escape(self.commands)}"{fill}{opacity}/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line of text, its baseline at ``y``; ``centred`` centres it on ``x``.

    It is set to its measured width, whatever font the reader has.
    """

    x: int
    y: int
    text: str
    size: int
    kind: str = "ink"
    centred: bool = False
    bold: bool = False

    def svg(self) -> str:
        """The element; nothing for an empty line."""
        if not self.text:
            return ""
        anchor = ' text-anchor="middle"' if self.centred else ""
        weight = ' font-weight="bold"' if self.bold else ""
        return (
            f'<text class="{escape(self.kind)}" x="{self.x}" y="{self.y}"'
            f' font-size="{self.size}"{anchor}{weight}'
            f' textLength="{text_width(self.text, self.size)}" lengthAdjust="spacingAndGlyphs">'
            f"{escape(self.text)}</text>"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Shapes that move together; ``kind`` names the rule of the style sheet that moves them."""

    shapes: Sequence[Shape]
    kind: str

    def svg(self) -> str:
        """The element."""
        return f'<g class="{escape(self.kind)}">{write_shapes(self.shapes)}</g>'


def write_shapes(shapes: Iterable[Shape]) -> str:
    """All elements, in the order given."""
    return "".join(shape.svg() for shape in shapes)


def rectangle_commands(x: int, y: int, width: int, height: int) -> str:
    """A closed rectangle as path commands.

    >>> rectangle_commands(1, 2, 3, 4)
    'M1 2h3v4h-3z'
    """
    return f"M{x} {y}h{width}v{height}h-{width}z"
