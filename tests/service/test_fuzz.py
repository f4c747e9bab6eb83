"""Schemathesis on the whole API: every generated request gets a documented response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from designer.brief.architecture import Architecture
from service.app import create_app
from service.settings.config import Config
from tests.support import soak_count

CONFIG = SchemathesisConfig.from_dict(
    {
        # A well-formed brief may have no chain, or exceed a limit: 422.
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422"]}},
        "generation": {"mode": "all"},
    }
)
STATE = TemporaryDirectory()
APP = create_app(Config(state_folder=STATE.name))
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", APP, config=CONFIG)
OPERATIONS = 29
VARYING = 22
"""Operations that take anything: the others have one case each."""

CHANGING = {
    f"POST /v1/{path}"
    for path in (
        "designs",
        "chains",
        "layers/conv",
        "layers/conv-transpose",
        "layers/solve",
        "audits",
        "sweeps",
        "trials",
    )
} | {"DELETE /v1/jobs/{job_id}"}
CASES = soak_count(1_000, 5_000)


TRIED: Counter[str] = Counter()
"""How many cases each operation has seen."""


@pytest.fixture(scope="module", autouse=True)
def as_many_cases_as_promised() -> Iterator[None]:
    """If every operation was tested, the number of cases is as documented."""
    yield
    tried = {name for name in TRIED if name.startswith("GET ") or name in CHANGING}
    assert len(tried) < OPERATIONS or TRIED.total() >= CASES


def unverified_receipt(case: schemathesis.Case) -> None:
    """Skip torch: other tests run real verifications."""
    holder: Any = case.query if case.method == "GET" else case.body
    if isinstance(holder, dict) and isinstance(forms := holder.get("include"), list):
        holder["include"] = [form for form in forms if form != "proof"]
    if case.path != "/v1/designs":
        return
    if isinstance(holder, dict) and holder.get("verify", "standard") in ("standard", "full"):
        holder["verify"] = "none"


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(
    max_examples=-(-CASES // VARYING),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
def test_every_operation_is_as_documented(case: schemathesis.Case) -> None:
    """No 5xx, no undocumented status, no body of another schema."""
    unverified_receipt(case)
    TRIED[f"{case.method} {case.path}"] += 1
    answer = case.call_and_validate(headers={"Accept-Encoding": "identity"})
    assert answer.status_code < 500


@pytest.mark.parametrize("resolution", [[64], [12, 20], [8, 8, 8]])
@pytest.mark.parametrize("architecture", Architecture)
def test_designs_of_every_architecture_are_as_documented(
    architecture: str, resolution: list[int]
) -> None:
    """Random briefs seldom have one: every kind of layer is among those of the contract."""
    brief = {"resolution": resolution, "architecture": str(architecture), "base_channels": 8}
    for more in ({}, {"classes": 3}):
        body = {**brief, **more, "verify": "none"}
        case = SCHEMA["/v1/designs"]["POST"].Case(body=body, media_type="application/json")
        answer = case.call_and_validate(headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200


def test_the_number_of_operations_is_known() -> None:
    """A fixed number of cases in total, divided among the operations."""
    assert len(list(SCHEMA.get_all_operations())) == OPERATIONS
