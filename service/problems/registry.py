"""Registry of the problem codes: status, title, meaning and repair.

Used by the error handlers (status and title), by the pages under ``/problems/`` to which the
``type`` of a problem refers, by the OpenAPI document and by ``docs/problems.md``.
"""

from __future__ import annotations

from service.problems.audit_problems import AUDIT_PROBLEMS
from service.problems.chain_problems import CHAIN_PROBLEMS
from service.problems.design_problems import DESIGN_PROBLEMS
from service.problems.job_problems import JOB_PROBLEMS
from service.problems.network_problems import NETWORK_PROBLEMS
from service.problems.problem_type import ProblemType
from service.problems.request_problems import REQUEST_PROBLEMS
from service.problems.service_problems import SERVICE_PROBLEMS
from service.problems.value_problems import VALUE_PROBLEMS

PROBLEMS: dict[str, ProblemType] = {
    problem.code: problem
    for problem in (
        *REQUEST_PROBLEMS,
        *VALUE_PROBLEMS,
        *CHAIN_PROBLEMS,
        *DESIGN_PROBLEMS,
        *NETWORK_PROBLEMS,
        *AUDIT_PROBLEMS,
        *JOB_PROBLEMS,
        *SERVICE_PROBLEMS,
    )
}
"""Problem types by code, in the order of the documentation."""
