"""`python -m benchmarks`: all figures of `make bench` in one run."""

from __future__ import annotations

from benchmarks.audit_sources import print_audits
from benchmarks.oracles import print_oracles
from benchmarks.pipeline import print_pipeline
from benchmarks.serving import print_serving
from benchmarks.solver import print_solver
from benchmarks.verification import print_verification
from benchmarks.verification_cost import print_costs

if __name__ == "__main__":
    print_solver()
    print()
    print_oracles()
    print()
    print_pipeline()
    print()
    print_verification()
    print()
    print_costs()
    print()
    print_audits()
    print()
    print_serving()
