"""The budget of a search: cached output shapes are those of the network that is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from designer.audit.answer import audit
from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.search_budget import (
    LAYER_STEPS_PER_CHECK,
    STEP_COST,
    SearchBudget,
)
from designer.audit.request import read_request
from designer.audit.trace import AuditNetwork, Trace, continue_trace, trace_network
from designer.errors.turns import taking_turns
from tests.audit.published_cases import DIAGNOSES, Json, as_request
from tests.support import CountingTurn

STEPS = 10**6


def end_of(trace: Trace) -> TensorShape | None:
    """The last shape, None where a layer fails."""
    return None if trace.layer_error else trace.shapes[-1]


def true_end(
    network: AuditNetwork, seen: Sequence[TensorShape], index: int, shape: TensorShape
) -> TensorShape | None:
    """The output shape without any cache."""
    return end_of(continue_trace([*seen[: index + 1], shape], [], network.layers[index + 1 :]))


def make_network(
    *layers: Json, input_shape: TensorShape = (4, 8, 8), batch: int = 2
) -> AuditNetwork:
    read = read_audit_layers(list(layers), pointer="")
    return AuditNetwork(input_shape=input_shape, layers=read, batch=batch)


CONV: Json = {"op": "conv", "in_channels": 4, "out_channels": 4, "kernel_size": 3, "padding": 1}
POOL: Json = {"op": "max_pool", "kernel_size": 2}
SUM: Json = {"op": "add_from", "from": 0}

CHANGED: dict[str, tuple[AuditNetwork, AuditNetwork]] = {
    "a later layer": (make_network(CONV, CONV, POOL), make_network(CONV, CONV, CONV)),
    "the number of layers": (make_network(CONV, CONV, POOL), make_network(CONV, CONV)),
    "the source of a skip": (
        make_network(CONV, CONV, SUM), make_network(CONV, CONV, {**SUM, "op": "concat_from"}),
    ),
    "an earlier layer that a skip reads": (
        make_network(CONV, CONV, SUM), make_network({**CONV, "out_channels": 5}, CONV, SUM),
    ),
    "the batch": (
        make_network(CONV, CONV, {"op": "flatten"}),
        make_network(CONV, CONV, {"op": "flatten"}, batch=3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_network_has_results_of_its_own(name: str) -> None:
    """One search asks about many networks, with the same layer and shape."""
    budget = SearchBudget(STEPS)
    found = []
    for network in [*CHANGED[name], CHANGED[name][0]]:
        seen, shape = trace_network(network).shapes, (network.batch, 4, 8, 8)
        found.append(budget.end_after(network, seen, 1, shape))
        assert found[-1] == true_end(network, seen, 1, shape)
    assert found[0] == found[2] != found[1]


def test_other_earlier_shapes_have_results_of_their_own() -> None:
    """A skip reads them."""
    network = make_network(CONV, CONV, SUM)
    budget = SearchBudget(STEPS)
    before, shape = (2, 4, 8, 8), (2, 4, 8, 8)
    assert budget.end_after(network, [before, before], 1, shape) == shape
    assert budget.end_after(network, [before, (2, 5, 8, 8)], 1, shape) is None


def test_a_result_is_computed_once() -> None:
    """The second call costs no steps, also for an equal network."""
    network = make_network(CONV, CONV, POOL)
    budget = SearchBudget(STEPS)
    for _ in range(2):
        seen = trace_network(network).shapes
        assert budget.end_after(network, seen, 0, (2, 4, 8, 8)) == (2, 4, 4, 4)
        assert budget.remaining == STEPS - 2
        network = replace(network)


class CheckedBudget(SearchBudget):
    """A budget that compares each result with one that is computed again."""

    calls = 0

    def end_after(
        self, network: AuditNetwork, seen: Sequence[TensorShape], index: int, shape: TensorShape
    ) -> TensorShape | None:
        found = super().end_after(network, seen, index, shape)
        assert found == true_end(network, seen, index, shape), (network, index, shape)
        CheckedBudget.calls += 1
        return found


def test_no_search_uses_the_result_of_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches for repairs of published problems; some edit two layers."""
    monkeypatch.setattr("designer.audit.repairs.search.SearchBudget", CheckedBudget)
    for case in DIAGNOSES:
        request = {
            "input_shape": case["given"]["input_shape"],
            "layers": as_request(case["given"]["layers"]),
        }
        if case["expected"].get("wanted_shape"):
            request["wanted_shape"] = case["expected"]["wanted_shape"]
        audit(read_request(request), runner=None)
    assert CheckedBudget.calls > 1_000


def test_a_search_for_repairs_reports_all_its_steps() -> None:
    """In steps of a search for chains, which are shorter."""
    turn = CountingTurn()
    with taking_turns(turn):
        budget = SearchBudget(2_000)
        for steps in (LAYER_STEPS_PER_CHECK - 1, 1, 3):
            budget.spend(steps)
    assert budget.remaining == 2_000 - LAYER_STEPS_PER_CHECK - 3
    assert turn.spent == LAYER_STEPS_PER_CHECK * STEP_COST
