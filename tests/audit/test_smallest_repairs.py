"""No smaller repair exists: torch runs every edit of one field and finds none that is missed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Outcome, run_layers
from tests.audit.random_networks import random_network
from tests.audit.single_field_edits import single_edits
from tests.audit.test_repairs import apply_documented_changes, run_in_process
from tests.support import soak_count

Json = dict[str, Any]

COUNT = soak_count(60, 1_500)


def random_failing_request(random: Random) -> Json | None:
    """A network that fails, or one with a changed field whose output shape is not the wanted one."""
    shape, layers, batch = random_network(random)
    outcome = run_layers(layers, shape, batch=batch)
    request: Json = {"input_shape": shape, "layers": layers, "batch": batch}
    if outcome.fails_at is None:
        edits = list(single_edits(layers))
        if not outcome.shapes or not edits:
            return None
        request |= {"layers": random.choice(edits), "wanted_shape": outcome.shapes[-1]}
    try:
        read_request(request)
    except InvalidRequest:
        return None
    return request


def reaches_wanted_shape(outcome: Outcome, wanted: list[int] | None) -> bool:
    """Whether torch ran every layer, and the output has the wanted shape."""
    return outcome.fails_at is None and (wanted is None or outcome.shapes[-1] == wanted)


def find_single_field_repair(request: Json) -> Json | None:
    """The layers after an edit of one field with which torch reaches the goal, None if none does."""
    for layers in single_edits(request["layers"]):
        if reaches_wanted_shape(
            run_layers(layers, request["input_shape"], batch=request["batch"]),
            request.get("wanted_shape"),
        ):
            second_answer: Any = audit(read_request({**request, "layers": layers}), runner=None)
            if second_answer["verdict"] == "fits":  # the batch was not folded into the samples
                return {"layers": layers}
    return None


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_repairs_work_and_none_is_smaller() -> None:
    """Each repair runs in torch as documented; fewest changes first; one field if that is enough."""
    seed, seen = 0, 0
    while seen < COUNT:
        seed += 1
        request = random_failing_request(Random(seed))
        if request is None:
            continue
        answer: Any = audit(read_request(request), runner=run_in_process)
        if answer["verdict"] == "fits":
            continue
        seen += 1
        sizes = [len(repair["changes"]) for repair in answer["repairs"]]
        assert sizes == sorted(sizes), seed
        for repair in answer["repairs"]:
            layers, shape = apply_documented_changes(
                request["layers"], request["input_shape"], repair["changes"]
            )
            outcome = run_layers(layers, shape, batch=request["batch"])
            assert reaches_wanted_shape(outcome, request.get("wanted_shape")), (
                seed,
                repair["summary"],
            )
            assert outcome.shapes[-1] == repair["output_shape"], (seed, repair["summary"])
        if 1 not in sizes:
            assert find_single_field_repair(request) is None, seed
