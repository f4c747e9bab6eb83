"""Every code that an error can carry: its status, its title, what it means, how to repair it.

One table, read by the error handlers (status and title), by the pages under ``/problems/`` that
each problem's ``type`` leads to, by the OpenAPI document and by ``docs/problems.md``.
"""

from __future__ import annotations

from service.problems.faults import FAULTS
from service.problems.jobs import JOBS
from service.problems.kind import ProblemType
from service.problems.messages import MESSAGES
from service.problems.networks import NETWORKS
from service.problems.numbers import NUMBERS
from service.problems.sources import SOURCES

PROBLEMS: dict[str, ProblemType] = {
    problem.code: problem for problem in (*MESSAGES, *NUMBERS, *NETWORKS, *SOURCES, *JOBS, *FAULTS)
}
"""The registry: every code with its problem, in the order of the documentation."""
