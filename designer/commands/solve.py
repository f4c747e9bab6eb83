"""``gan-designer solve``: the chains to a size, without networks or sources."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from designer.chains import ChainSearch, Solution, search_chains
from designer.commands.options import (
    Number,
    Numbers,
    budget_options_document,
    output_options,
    search_options,
    search_options_document,
    width_options,
    write_output,
)
from designer.geometry.layers import Windows, format_size
from designer.pipeline.chains_json import query_from_document, search_document

TABLE_COLUMNS = ("sizes", "kernels", "strides", "departure", "exact", "even", "parameters", "MACs")


@click.command("solve")
@click.argument("to", type=Numbers())
@click.option("--from", "start", type=Numbers(), help="Size of the initial map: 4 or 8x6.")
@click.option("--dimensions", type=Number(), help="Axes of a single-number size: 1 to 3.")
@click.option("--limit", type=Number(), help="Chains in the table; 10 unless given.")
@click.option("--cursor", help="Where an earlier answer said that the next page begins.")
@click.option("--frontier", is_flag=True, help="Show the frontier instead of the best chains.")
@width_options
@search_options
@output_options
def solve_command(
    *, as_json: bool, output: Path | None, frontier: bool, start: object, **given: object
) -> None:
    """List the best chains to TO (97, 218x178, 240000 with --dimensions 1) and count them all."""
    names = ("to", "dimensions", "limit", "cursor")
    widths = ("latent_dim", "channels", "base_channels", "max_channels")
    document = {name: given[name] for name in (*names, *widths) if given[name] is not None}
    query = query_from_document(
        document
        | {
            "from": start,
            "search": search_options_document(given),
            "budget": budget_options_document(given),
        }
    )
    search = search_chains(query)
    if as_json:
        write_output(
            json.dumps(search_document(query, search), ensure_ascii=False, indent=2), output
        )
    else:
        write_output(describe_search(search, frontier=frontier), output)


def describe_search(search: ChainSearch, *, frontier: bool) -> str:
    """The chains as a table, and under it how many there are and why the first is first."""
    solutions = search.frontier if frontier else search.solutions
    table = Table(*TABLE_COLUMNS)
    for solution in solutions:
        table.add_row(*_row(solution))
    text = StringIO()
    console = Console(file=text, width=160)
    console.print(table)
    console.print(f"{search.count:,} chains in the space; {search.states:,} steps looked at.")
    if search.next_cursor is not None and not frontier:
        console.print(f"Next page: --cursor {search.next_cursor}")
    if solutions and not frontier:
        console.print("The first of these chains:")
        for sentence in solutions[0].why:
            console.print(f"  {sentence}", highlight=False)
    return text.getvalue()


def _row(solution: Solution) -> tuple[str, ...]:
    chain = solution.chain
    return (
        " → ".join(_joined(size) for size in chain.sizes),
        " ".join(_column(windows, "kernel_size") for windows in chain.windows),
        " ".join(_column(windows, "stride") for windows in chain.windows),
        str(solution.departure),
        f"{solution.exact_steps}/{len(chain.windows)}",
        "yes" if solution.even_overlap else "no",
        f"{solution.parameters:,}",
        f"{solution.multiply_adds:,}",
    )


def _column(windows: Windows, name: str) -> str:
    return _joined(tuple(getattr(window, name) for window in windows))


def _joined(values: tuple[int, ...]) -> str:
    """Values by axis, once where they agree."""
    return str(values[0]) if len(set(values)) == 1 else format_size(values)
