"""``gan-designer solve``: the best chains to a size."""

from __future__ import annotations

import json
from pathlib import Path

import click

from designer.chains import ChainSearch, Solution, search_chains
from designer.commands.brief_options import field_options, field_options_document
from designer.commands.option_groups import grouped_command
from designer.commands.options import JSON_BODY_HELP, Numbers, output_options, write_output
from designer.commands.tables import TableForm, choose_form, csv_option, table_text
from designer.geometry.layers import Windows, format_size
from designer.pipeline.chains_json import QUERY, query_from_document, search_document

TABLE_COLUMNS = (
    "sizes",
    "kernels",
    "strides",
    "departure",
    "exact",
    "even",
    "parameters",
    "multiply-adds",
)


@grouped_command("solve")
@click.argument("to", type=Numbers())
@click.option("--frontier", is_flag=True, help="List the frontier instead of the best chains.")
@field_options(row for row in QUERY if row.name not in ("to", "classes"))
@csv_option("Print the chains as CSV.")
@output_options(JSON_BODY_HELP)
@click.pass_context
def solve_command(
    ctx: click.Context,
    /,
    as_csv: bool,
    as_json: bool,
    output: Path | None,
    frontier: bool,
    **given: object,
) -> None:
    """List the best chains to a size, and count all of them.

    TO is the size, such as 97, 218x178, or 240000 with --dimensions 1.

    Exit status: 0 on success, 2 if no chain leads to the size or the input is invalid.
    """
    form = choose_form(ctx, as_csv=as_csv, output=output)
    query = query_from_document(field_options_document(QUERY, given))
    search = search_chains(query)
    if as_json:
        write_output(
            json.dumps(search_document(query, search), ensure_ascii=False, indent=2), output
        )
    else:
        write_output(describe_search(search, form, frontier=frontier), output)


def describe_search(search: ChainSearch, form: TableForm, *, frontier: bool) -> str:
    """A table of the chains; except in CSV, their number and the reasons for the first one's rank."""
    solutions = search.frontier if frontier else search.solutions
    table = table_text(TABLE_COLUMNS, [_row(each, form) for each in solutions], form)
    if form is TableForm.CSV:
        return table
    lines = [f"{search.count:,} chains in the search space; {search.states:,} states examined."]
    if search.next_cursor is not None and not frontier:
        lines.append(f"Next page: --cursor {search.next_cursor}")
    if solutions and not frontier:
        lines.append("About the first of these chains:")
        lines += [f"  {sentence}" for sentence in solutions[0].why]
    return table + "".join(f"{line}\n" for line in lines)


def _row(solution: Solution, form: TableForm) -> tuple[str, ...]:
    chain = solution.chain
    number = str if form is TableForm.CSV else "{:,}".format
    return (
        " → ".join(_joined(size) for size in chain.sizes),
        " ".join(_column(windows, "kernel_size") for windows in chain.windows),
        " ".join(_column(windows, "stride") for windows in chain.windows),
        str(solution.departure),
        f"{solution.exact_steps}/{len(chain.windows)}",
        "yes" if solution.even_overlap else "no",
        number(solution.parameters),
        number(solution.multiply_adds),
    )


def _column(windows: Windows, name: str) -> str:
    return _joined(tuple(getattr(window, name) for window in windows))


def _joined(values: tuple[int, ...]) -> str:
    """Values per axis, or one value if all are equal."""
    return str(values[0]) if len(set(values)) == 1 else format_size(values)
