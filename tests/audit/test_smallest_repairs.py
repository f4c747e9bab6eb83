"""No smaller repair exists: torch runs every edit of one field and finds none that is missed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.layers_json import read_audit_layers
from designer.audit.repairs.changes import set_field
from designer.audit.repairs.ranking import Candidate
from designer.audit.repairs.selection import MAX_REPAIRS, select_repairs
from designer.audit.request import read_request
from designer.audit.trace import AuditNetwork, trace_network
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Outcome, run_layers
from tests.audit.random_networks import random_network
from tests.audit.single_field_edits import single_edits
from tests.audit.test_repairs import (
    apply_documented_changes,
    assert_best_first,
    run_in_process,
)
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


def reaches_goal(request: Json, *, batch: int) -> bool:
    """Whether torch runs the layers of a request with this batch, to the wanted shape."""
    outcome = run_layers(request["layers"], request["input_shape"], batch=batch)
    return reaches_wanted_shape(outcome, request.get("wanted_shape"))


def find_single_field_repair(request: Json) -> Json | None:
    """The layers after an edit of one field with which torch reaches the goal, None if none does.

    An edit that works at this batch alone is none: torch takes the batch for an axis of a sample.
    """
    for layers in single_edits(request["layers"]):
        edited = {**request, "layers": layers}
        if all(reaches_goal(edited, batch=request["batch"] + more) for more in (0, 1)):
            second_answer: Any = audit(read_request(edited), runner=None)
            if second_answer["verdict"] == "fits":  # the batch was not folded into the samples
                return {"layers": layers}
    return None


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_repairs_work_and_none_is_smaller() -> None:
    """Each repair runs in torch as documented; no holes first; one field if that is enough."""
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
        assert_best_first(answer["repairs"])
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


@pytest.mark.torch
def test_an_edit_that_works_at_one_batch_is_no_repair() -> None:
    """Three samples of 35 numbers are three channels to a layer without a batch axis."""
    layers = [{"op": "conv", "ndim": 1, "in_channels": 35, "out_channels": 2, "kernel_size": 2}]
    request: Json = {"input_shape": [35], "layers": layers, "batch": 3}
    edited = {**request, "layers": [{**layers[0], "in_channels": 3}]}
    assert reaches_goal(edited, batch=3)
    assert not reaches_goal(edited, batch=4)
    assert find_single_field_repair(request) is None
    answer: Any = audit(read_request(request), runner=None)
    assert answer["verdict"] == "breaks"
    assert answer["repairs"] == []


def test_larger_repairs_of_the_same_layer_do_not_displace_the_smallest() -> None:
    """Kernel 1 under stride 3 leaves holes, so that four edits of two fields come before one of one."""
    layer = {
        "op": "conv_transpose",
        "in_channels": 2,
        "out_channels": 4,
        "kernel_size": 1,
        "stride": 3,
    }
    layers = [{**layer, "output_padding": 5}, {"op": "upsample", "size": 9}]
    request = {"input_shape": [2, 1, 3, 5], "layers": layers, "wanted_shape": [4, 9, 9, 9]}
    answer: Any = audit(read_request(request), runner=None)
    changes = [repair["changes"] for repair in answer["repairs"]]
    assert [{"index": 0, "field": "output_padding", "from": 5, "to": 2}] in changes
    assert len(changes[0]) == 2


def test_one_of_the_smallest_candidates_is_offered() -> None:
    """The first of them in rank, whatever comes before it; the others keep their order."""
    fields = ("kernel_size", "stride", "padding", "dilation", "groups")
    layer = {"op": "conv", "in_channels": 1, "out_channels": 1, "kernel_size": 1}
    network = AuditNetwork(input_shape=(1, 9), layers=read_audit_layers([layer] * 6, pointer=""))
    trace = trace_network(network)
    for seed in range(300):
        random = Random(seed)
        ranked = []
        for _ in range(random.randint(1, 60)):
            named = random.sample(fields, random.randint(random.choice((1, 2, 3)), 5))
            place = random.randrange(6)
            changes = tuple(set_field(network, place, name, random.randint(2, 3)) for name in named)
            ranked.append(Candidate(changes=changes, network=network, trace=trace))
        chosen = select_repairs(ranked)
        smallest = min(ranked, key=lambda each: len(each.changes))
        assert any(each is smallest for each in chosen)
        places = [ranked.index(each) for each in chosen]
        assert places == sorted(places)
        assert len(chosen) <= MAX_REPAIRS
