"""No smaller repair exists: torch, run on every edit of one field, finds none that the search misses."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.errors import InvalidRequest
from tests.audit.eager_torch import Outcome, run_layers
from tests.audit.edits import single_edits
from tests.audit.random_networks import random_network
from tests.audit.test_repairs import applied, in_this_process
from tests.support import soak_count

Json = dict[str, Any]

COUNT = soak_count(60, 1_500)


def in_trouble(random: Random) -> Json | None:
    """A network that breaks, or one that ends elsewhere since one of its fields was changed."""
    shape, layers, batch = random_network(random)
    outcome = run_layers(layers, shape, batch=batch)
    asked: Json = {"input_shape": shape, "layers": layers, "batch": batch}
    if outcome.fails_at is None:
        edits = list(single_edits(layers))
        if not outcome.shapes or not edits:
            return None
        asked |= {"layers": random.choice(edits), "wanted_shape": outcome.shapes[-1]}
    try:
        read_request(asked)
    except InvalidRequest:
        return None
    return asked


def reaches(outcome: Outcome, wanted: list[int] | None) -> bool:
    """Whether torch ran it, and to where it shall end."""
    return outcome.fails_at is None and (wanted is None or outcome.shapes[-1] == wanted)


def mended_by_one_field(asked: Json) -> Json | None:
    """An edit of one field after which torch runs the network, with its batch, None if none is."""
    for layers in single_edits(asked["layers"]):
        if reaches(
            run_layers(layers, asked["input_shape"], batch=asked["batch"]),
            asked.get("wanted_shape"),
        ):
            again: Any = audit(read_request({**asked, "layers": layers}), runner=None)
            if again["verdict"] == "fits":  # the batch was not folded into the samples
                return {"layers": layers}
    return None


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_repairs_work_and_none_is_smaller() -> None:
    """Each repair run by torch as documented; fewest changes first; one field where one is enough."""
    seed, seen = 0, 0
    while seen < COUNT:
        seed += 1
        asked = in_trouble(Random(seed))
        if asked is None:
            continue
        answer: Any = audit(read_request(asked), runner=in_this_process)
        if answer["verdict"] == "fits":
            continue
        seen += 1
        sizes = [len(repair["changes"]) for repair in answer["repairs"]]
        assert sizes == sorted(sizes), seed
        for repair in answer["repairs"]:
            layers, shape = applied(asked["layers"], asked["input_shape"], repair["changes"])
            outcome = run_layers(layers, shape, batch=asked["batch"])
            assert reaches(outcome, asked.get("wanted_shape")), (seed, repair["summary"])
            assert outcome.shapes[-1] == repair["output_shape"], (seed, repair["summary"])
        if 1 not in sizes:
            assert mended_by_one_field(asked) is None, seed
