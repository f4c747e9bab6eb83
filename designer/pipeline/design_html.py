"""A design as HTML for notebooks: its verdict, its pictures and a table of its layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from designer.geometry.layers import format_size
from designer.networks import Gan, Network
from designer.pictures.design_pictures import draw_network

_COLUMNS = ("layer", "module", "map", "arithmetic", "parameters")
_NUMBERS = ' style="text-align:right"'


def design_html(gan: Gan, *, title: str, verdict: str) -> str:
    """The networks of a design, each with its picture and the table of its modules.

    ``title`` is the heading, ``verdict`` that of the receipt.
    """
    parts = [f"<h4>{escape(title)}: {escape(verdict)}</h4>"]
    for network in gan.networks.values():
        parts += [f'<div style="overflow-x:auto">{draw_network(network)}</div>', _table(network)]
    return f"<div>{''.join(parts)}</div>"


def _table(network: Network) -> str:
    caption = f"{network.class_name}, {network.parameters:,} parameters"
    rows = "".join(map(_row, _cells(network)))
    return f"<table><caption>{escape(caption)}</caption>{_row(_COLUMNS, 'th')}{rows}</table>"


def _cells(network: Network) -> Iterator[tuple[str, ...]]:
    for placed in network.placed_modules:
        yield (
            placed.name,
            placed.module.torch_class.removeprefix("model."),
            format_size(placed.after.shape),
            "; ".join(dict.fromkeys(placed.size_formulas)),
            f"{placed.module.parameters:,}",
        )


def _row(cells: Sequence[str], kind: str = "td") -> str:
    *texts, number = (escape(cell) for cell in cells)
    shown = "".join(f"<{kind}>{text}</{kind}>" for text in texts)
    return f"<tr>{shown}<{kind}{_NUMBERS}>{number}</{kind}></tr>"
