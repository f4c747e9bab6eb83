"""The frame of a picture: margins, background, style, and title and description."""

from __future__ import annotations

import hashlib
from html import escape

from designer.pictures.box_layout import Box
from designer.pictures.svg import Rect, write_shapes
from designer.pictures.theme import FONT, style_sheet

MARGIN = 20
"""Pixels around the content."""


def draw_frame(content: Box, *, title: str, description: str, motion: str = "") -> str:
    """The picture as SVG; equal content gives equal bytes.

    ``motion`` holds further style rules, written by this package. The ids are derived from title
    and description, so that pictures on one page have different ids.
    """
    width, height = content.width + 2 * MARGIN, content.height + 2 * MARGIN
    digest = hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()[:10]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gd" role="img" width="{width}"'
        f' height="{height}" viewBox="0 0 {width} {height}" font-family="{escape(FONT)}"'
        f' aria-labelledby="gd-t{digest} gd-d{digest}">\n'
        f'<title id="gd-t{digest}">{escape(title)}</title>\n'
        f'<desc id="gd-d{digest}">{escape(description)}</desc>\n'
        f"<style>{style_sheet()}{motion}</style>\n"
        f"{Rect(x=0, y=0, width=width, height=height, kind='bg').svg()}\n"
        f"{write_shapes(content.place(MARGIN, MARGIN))}\n"
        "</svg>\n"
    )
