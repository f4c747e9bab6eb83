"""SVG primitives: the only code that writes shapes as markup; all texts are escaped.

Coordinates are whole pixels, so that equal pictures are equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol


def text_width(text: str, size: int) -> int:
    """Width of a text in pixels: ⌈0.6 · size · letters⌉; the markup sets the text to this width.

    >>> text_width("4×4", 10)
    18
    """
    return -(-len(text) * size * 6 // 10)


class Shape(Protocol):
    """A shape that can be written as markup."""

    def svg(self) -> str:
        """The element."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle; ``fill`` overrides the colour of the kind, ``percent`` is the opacity."""

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
    """Lines and areas; ``commands`` are SVG path commands, written by this package."""

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
    """A line of text with its baseline at ``y``; ``centred`` centres it on ``x``.

    It is set to its measured width in any font.
    """

    x: int
    y: int
    text: str
    size: int
    kind: str = "ink"
    centred: bool = False
    bold: bool = False

    def svg(self) -> str:
        """The element; empty for an empty text."""
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
    """Shapes that move together; ``kind`` is the name of their animation rule."""

    shapes: Sequence[Shape]
    kind: str

    def svg(self) -> str:
        """The element."""
        return f'<g class="{escape(self.kind)}">{write_shapes(self.shapes)}</g>'


def write_shapes(shapes: Iterable[Shape]) -> str:
    """All elements in order."""
    return "".join(shape.svg() for shape in shapes)


def rectangle_commands(x: int, y: int, width: int, height: int) -> str:
    """A closed rectangle as path commands.

    >>> rectangle_commands(1, 2, 3, 4)
    'M1 2h3v4h-3z'
    """
    return f"M{x} {y}h{width}v{height}h-{width}z"
