"""Prints what stopped each attack, by the parts of the machine that the sandbox may use.

``python -m tests.verification.sandbox.attack_table [--json]``: a row per attack; for root and for an
ordinary user a column for the whole sandbox, one for each of Landlock, namespaces and seccomp alone,
and one without the three. A cell is the error that stopped the attack; ``-`` got through.
"""

from __future__ import annotations

import json
import sys

from tests.verification.sandbox.machines import SINGLE_PARTS, USERS, AttackReport, Machine, attack

PARTS = ("landlock", "namespaces", "seccomp")


def column_title(machine: Machine) -> str:
    """The user and what the machine has.

    >>> column_title(Machine(user="root", without=("landlock", "namespaces")))
    'root: seccomp'
    """
    has = [part for part in PARTS if part not in machine.without]
    names = "all" if len(has) == len(PARTS) else ", ".join(has) or "limits only"
    return f"{machine.user}: {names}"


def markdown_table(reports: dict[str, AttackReport]) -> str:
    """The table in Markdown, and the number of attacks that each column stopped."""
    attacks = [*next(iter(reports.values())).outcomes]
    rows = [
        ["attack", *reports],
        ["---", *("---" for _ in reports)],
        *([name, *(each.outcomes[name] or "-" for each in reports.values())] for name in attacks),
        ["stopped", *(f"{len(attacks) - len(r.through)}/{len(attacks)}" for r in reports.values())],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Run the attacks on each machine and print the table."""
    machines = [*(Machine(user=user) for user in USERS), *SINGLE_PARTS]
    reports = {column_title(machine): attack(machine) for machine in machines}
    if sys.argv[1:] == ["--json"]:
        print(json.dumps({title: report.outcomes for title, report in reports.items()}, indent=2))
    else:
        print(markdown_table(reports))


if __name__ == "__main__":
    main()
