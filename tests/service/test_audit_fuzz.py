"""Random audits over HTTP: none fails, and torch confirms all suggestions."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.audit.eager_torch import run_layers
from tests.audit.random_networks import random_network
from tests.audit.test_repairs import apply_documented_changes
from tests.support import soak_count

Json = dict[str, Any]

MESSAGES = (
    "The size of tensor a (27) must match the size of tensor b (28) at non-singleton dimension 3",
    "Using a target size (torch.Size([{}])) that is different to the input size (torch.Size([{}]))",
    "mat1 and mat2 shapes cannot be multiplied ({}x{} and 5x2)",
    "CUDA out of memory. Tried to allocate {}.{} GiB",
    "9" * 5_000 + "{}{}",
)


def random_request(random: Random) -> Json:
    """A network, and sometimes each of the other fields, suitable or not."""
    shape, layers, batch = random_network(random)
    request: Json = {"input_shape": shape, "layers": layers}
    if random.random() < 0.7:
        request["batch"] = batch
    outcome = run_layers(layers, shape, batch=request.get("batch", 2))
    if random.random() < 0.6:
        end = outcome.shapes[-1] if outcome.shapes else shape
        wanted = [max(1, size + random.choice((0, 0, 1, -1, 2))) for size in end]
        request["wanted_shape"] = random.choice((wanted, wanted, wanted, [1], []))[:4]
    if random.random() < 0.5:
        message = random.choice(MESSAGES).format(random.randint(1, 9), random.randint(1, 900))
        request["error"] = random.choice((outcome.error, message))
    request["mirror"] = random.random() < 0.5
    if random.random() < 0.2:
        request["adapt_to"] = random.randint(1, 40)
    return request


@pytest.mark.torch
@pytest.mark.slow
def test_random_audits_are_answered_as_torch_runs_them(client: FlaskClient) -> None:
    """Verdict and layer match torch; every repair, size and adaptation gives its stated shape."""
    judged = 0
    for seed in range(soak_count(80, 2_000)):
        request = random_request(Random(seed))
        answer = client.post("/v1/audits", json=request)
        if answer.status_code == 422:
            assert answer.json
            assert answer.json["code"] in ("cannot_adapt", "wrong_length"), seed
            continue
        assert answer.status_code == 200, (seed, answer.text)
        audit: Any = answer.json
        judged += 1
        ran = run_layers(request["layers"], request["input_shape"], batch=audit["batch"])
        assert audit["fails_at"] == ran.fails_at, seed
        assert (audit["verdict"] == "breaks") == (ran.fails_at is not None), seed
        assert bool(audit["pointers"]) == (ran.fails_at is not None), seed
        for layers, shape, end in offered(request, audit):
            after = run_layers(layers, shape, batch=audit["batch"])
            assert after.fails_at is None, (seed, after.error)
            assert not layers or after.shapes[-1] == end, seed
    assert judged


def offered(request: Json, audit: Json) -> list[tuple[list[Json], list[int], list[int]]]:
    """Layers, input shape and stated output shape of every suggestion in the response."""
    layers, start = request["layers"], request["input_shape"]
    found = [
        (*apply_documented_changes(layers, start, repair["changes"]), repair["output_shape"])
        for repair in audit["repairs"]
    ]
    near = audit["nearest"] or {"input_shapes": [], "output_shapes": []}
    found += [
        (layers, shape, end)
        for shape, end in zip(near["input_shapes"], near["output_shapes"], strict=True)
    ]
    if audit["adapted"]:
        kept = audit["adapted"]
        found.append((kept["layers"], kept["input_shape"], kept["output_shape"]))
    if audit["mirror"] and not audit["mirror_left_out"]:
        found.append((audit["mirror"], audit["output_shape"], start))
    return found
