"""Every code that an error can carry: its status, its title, what it means, how to repair it.

One table, read by the error handlers (status and title), by the pages under ``/problems/`` that
each problem's ``type`` leads to, by the OpenAPI document and by ``docs/problems.md``.
"""

from __future__ import annotations

from service.problems.audit_problems import SOURCES
from service.problems.job_problems import JOBS
from service.problems.network_problems import NETWORKS
from service.problems.problem_type import ProblemType
from service.problems.request_problems import MESSAGES
from service.problems.service_problems import FAULTS
from service.problems.value_problems import NUMBERS

PROBLEMS: dict[str, ProblemType] = {
    problem.code: problem for problem in (*MESSAGES, *NUMBERS, *NETWORKS, *SOURCES, *JOBS, *FAULTS)
}
"""The registry: every code with its problem, in the order of the documentation."""
