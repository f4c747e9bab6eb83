"""The mutation gate: plants faults in the pure parts and runs the tests that should find them.

    python -m tests.mutation [--sample COUNT] [--seed NUMBER] [--module PATTERN] [--jobs COUNT]

It prints a table by module and every survivor. The exit status is 1 if fewer than 95 % of the
mutants are killed, or if one survives that is not in the list of equivalent mutants.
"""

from __future__ import annotations

import argparse
import os
import sys
from fnmatch import fnmatch
from pathlib import Path

from tests.mutation.report import gate_errors, score_rows
from tests.mutation.runner import all_mutants, run_mutants, sample_mutants
from tests.mutation.tables import read_equivalents, read_targets

ROOT = Path(__file__).parents[2]
PROGRESS_STEP = 100


def read_arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, help="run a sample of so many mutants")
    parser.add_argument("--seed", type=int, default=0, help="chooses the sample")
    parser.add_argument("--module", default="*", help="only its mutants in modules of this pattern")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project that is mutated")
    return parser.parse_args()


def main() -> int:
    """Run the mutants and print the report."""
    arguments = read_arguments()
    root = arguments.root.resolve()
    equivalents = read_equivalents(root)
    mutants = all_mutants(root, read_targets(root))
    known_keys = [mutant.key for each in mutants.values() for mutant in each]
    if arguments.sample is not None:
        mutants = sample_mutants(mutants, arguments.sample, arguments.seed)
    mutants = {
        target: [mutant for mutant in each if fnmatch(mutant.module, arguments.module)]
        for target, each in mutants.items()
    }
    outcomes = []
    for outcome in run_mutants(root, mutants, arguments.jobs):
        outcomes.append(outcome)
        if len(outcomes) % PROGRESS_STEP == 0:
            print(f"{len(outcomes)} mutants", file=sys.stderr, flush=True)
    print("\n".join(score_rows(outcomes, equivalents)))
    errors = list(gate_errors(outcomes, equivalents, known_keys))
    print("\n".join(errors) or "no mutant survives that is not equivalent")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
