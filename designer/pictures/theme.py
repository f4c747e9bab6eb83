"""Colours for light and dark, and the style sheet of every picture.

``tests/pictures`` measures the contrast of every text against each of its backgrounds.
"""

from __future__ import annotations

LIGHT = {
    "bg": "#ffffff",
    "ink": "#1b1f24",
    "muted": "#57606a",
    "line": "#c3cad2",
    "input": "#8ec5ff",
    "zero": "#f2f4f7",
    "pad": "#dde2e8",
    "extra": "#f2cc60",
    "output": "#8ddb9f",
    "window": "#d4380d",
    "mark": "#b42318",
    "heat": "#f7a35c",
}
"""Role: colour on a light background."""

DARK = {
    "bg": "#0d1117",
    "ink": "#e6edf3",
    "muted": "#9aa4af",
    "line": "#3d444d",
    "input": "#1f5fae",
    "zero": "#161b22",
    "pad": "#2b323b",
    "extra": "#7d5a08",
    "output": "#1e7a39",
    "window": "#ff9b57",
    "mark": "#ff7b72",
    "heat": "#a8500f",
}
"""Role: colour on a dark background."""

FONT = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
"""Monospaced fonts, so that a text can be measured without its font."""

FILL_ROLES = ("bg", "ink", "muted", "input", "zero", "pad", "extra", "output", "heat")


def style_sheet() -> str:
    """The rules of a picture; every selector begins with ``.gd``, so no other element matches."""
    rules = [
        f".gd{{{_variables(LIGHT)}}}",
        f"@media (prefers-color-scheme:dark){{.gd{{{_variables(DARK)}}}}}",
        *(f".gd .{name}{{fill:var(--gd-{name})}}" for name in FILL_ROLES),
        ".gd .grid{fill:none;stroke:var(--gd-line);stroke-width:1}",
        ".gd .fine{stroke-width:.5}",
        ".gd .cross{fill:none;stroke:var(--gd-mark);stroke-width:1}",
        ".gd .frame{fill:none;stroke:var(--gd-ink);stroke-width:1}",
        ".gd .tap{fill:var(--gd-window);fill-opacity:.35;stroke:var(--gd-window);stroke-width:1}",
        ".gd .span{fill:none;stroke:var(--gd-window);stroke-width:3}",
        ".gd .dark-ink{fill:#10141a}",
    ]
    return "".join(rules)


def _variables(palette: dict[str, str]) -> str:
    return ";".join(f"--gd-{name}:{colour}" for name, colour in palette.items())


def tap_colour(tap: int, taps: int) -> str:
    """The colour of a kernel tap in light and dark: hues around the circle, alternating lightness.

    >>> tap_colour(0, 9), tap_colour(1, 9)
    ('hsl(0,70%,68%)', 'hsl(40,70%,80%)')
    """
    return f"hsl({360 * tap // max(1, taps)},70%,{68 if tap % 2 == 0 else 80}%)"
