"""Repairs, each run in eager torch as a whole network, and compared with published advice."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.layers_json import read_audit_layers
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search import find_repairs
from designer.audit.request import read_request
from designer.audit.trace import AuditNetwork
from designer.verification.probe.layer_list import run_layer_list
from tests.audit.eager_torch import run_layers
from tests.audit.published_cases import DIAGNOSES, Json, as_request


def run_in_process(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
    """Runner that calls the probe in this process."""
    return {"traces": [run_layer_list(network) for network in job["layer_lists"]]}


def assert_best_first(repairs: list[Json]) -> None:
    """Repairs that leave holes or unread positions come last, but for those with unusual windows."""
    flawed = [
        any(reason["code"].startswith("leaves_") for reason in repair["reasons"])
        for repair in repairs
    ]
    assert flawed == sorted(flawed), [repair["summary"] for repair in repairs]


def request_of(case: Json) -> Json:
    given, expected = case["given"], case["expected"]
    document = {"input_shape": given["input_shape"], "layers": as_request(given["layers"])}
    if expected.get("wanted_shape"):
        document["wanted_shape"] = expected["wanted_shape"]
    return document


def apply_documented_changes(
    layers: list[Json], input_shape: list[int], changes: list[Json]
) -> tuple[list[Json], list[int]]:
    """Layers and input shape after changes, applied to plain JSON as documented."""
    kept: list[Json | None] = [dict(layer) for layer in layers]
    added: dict[int, list[Json]] = {}
    for change in changes:
        index, field = change["index"], change["field"]
        if index == -1:
            input_shape = change["to"]
        elif field != "layer":
            layer = kept[index]
            assert layer is not None
            layer[field] = change["to"]
            if change["to"] is None:
                del layer[field]
        elif change["from"] is None:
            added.setdefault(index, []).append(change["to"])
        else:
            kept[index] = None
    places, joined = {-1: -1}, []
    for index in range(len(kept) + 1):
        joined += added.get(index, [])
        layer = kept[index] if index < len(kept) else None
        if layer is not None:
            joined.append({**layer, "from": places[layer["from"]]} if "from" in layer else layer)
        places[index] = len(joined) - 1
    return joined, input_shape


def with_fewer_channels(
    layers: list[Json], input_shape: list[int], output_shape: list[int]
) -> tuple[list[Json], list[int], list[int]]:
    """The same network with 1/32 of the channels, if its ops allow it."""
    if not all(
        layer["op"] in ("conv", "conv_transpose", "crop", "pad", "norm") for layer in layers
    ):
        return layers, input_shape, output_shape
    names = ("in_channels", "out_channels", "num_features")
    narrow = [
        {k: max(1, v // 32) if k in names else v for k, v in layer.items()} for layer in layers
    ]
    start, end = ([max(1, shape[0] // 32), *shape[1:]] for shape in (input_shape, output_shape))
    return narrow, start, end


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("case", DIAGNOSES, ids=lambda case: case["id"])
def test_every_repair_of_a_published_problem_works(case: Json) -> None:
    """Applied as documented and run in eager torch, it has the stated output shape."""
    document = request_of(case)
    answer: Any = audit(read_request(document), runner=run_in_process)
    assert answer["repairs"] or answer["nearest"]["input_shapes"]
    for repair in answer["repairs"]:
        layers, input_shape = apply_documented_changes(
            document["layers"], document["input_shape"], repair["changes"]
        )
        layers, start, end = with_fewer_channels(layers, input_shape, repair["output_shape"])
        outcome = run_layers(layers, start)
        assert outcome.fails_at is None, repair["summary"]
        assert outcome.shapes[-1] == end, repair["summary"]
        assert input_shape == repair["input_shape"]
        if "wanted_shape" in document:
            assert repair["output_shape"] == document["wanted_shape"]
    useless = [fix["layers"] for fix in case["expected"].get("fixes", ()) if not fix["works"]]
    for repair in answer["repairs"]:
        layers, _ = apply_documented_changes(
            document["layers"], document["input_shape"], repair["changes"]
        )
        assert layers not in [as_request(fix) for fix in useless]


SMALLEST: dict[str, tuple[list[int], list[Json], list[int] | None, Json]] = {
    "27 instead of 28": (
        [1, 14, 14],
        [
            {
                "op": "conv_transpose",
                "in_channels": 1,
                "out_channels": 1,
                "kernel_size": 3,
                "stride": 2,
                "padding": 1,
            }
        ],
        [1, 28, 28],
        {"index": 0, "field": "output_padding", "from": 0, "to": 1},
    ),
    "a linear layer for another picture size": (
        [3, 12, 12],
        [
            {
                "op": "conv",
                "in_channels": 3,
                "out_channels": 4,
                "kernel_size": 4,
                "stride": 2,
                "padding": 1,
            },
            {"op": "flatten"},
            {"op": "linear", "in_features": 64, "out_features": 5},
        ],
        None,
        {"index": 2, "field": "in_features", "from": 64, "to": 144},
    ),
    "a wrong number of channels": (
        [3, 8, 8],
        [
            {"op": "conv", "in_channels": 3, "out_channels": 6, "kernel_size": 3},
            {"op": "conv", "in_channels": 5, "out_channels": 2, "kernel_size": 3},
        ],
        None,
        {"index": 1, "field": "in_channels", "from": 5, "to": 6},
    ),
    "one axis of a picture that is not square": (
        [2, 5, 6],
        [
            {
                "op": "conv_transpose",
                "in_channels": 2,
                "out_channels": 1,
                "kernel_size": 4,
                "stride": 2,
                "padding": 1,
            }
        ],
        [1, 10, 13],
        {"index": 0, "field": "output_padding", "from": 0, "to": [0, 1]},
    ),
    "no flatten before the linear layer": (
        [2, 3, 3],
        [{"op": "linear", "in_features": 18, "out_features": 4}],
        [4],
        {"index": 0, "field": "layer", "from": None, "to": {"op": "flatten"}},
    ),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_edit_comes_first(name: str) -> None:
    """The obvious change comes before any larger one."""
    input_shape, layers, wanted, change = SMALLEST[name]
    network = AuditNetwork(
        input_shape=tuple(input_shape), layers=read_audit_layers(layers, pointer="")
    )
    best = find_repairs(network, Goal(wanted=None if wanted is None else tuple(wanted)))[0]
    assert [each.document for each in best.changes] == [change]


def test_two_mistakes_are_repaired_together() -> None:
    """Where one edit is not enough, two are found."""
    layers = [
        {"op": "conv", "in_channels": 3, "out_channels": 6, "kernel_size": 3},
        {"op": "conv", "in_channels": 5, "out_channels": 4, "kernel_size": 3},
        {"op": "conv", "in_channels": 9, "out_channels": 2, "kernel_size": 3},
    ]
    network = AuditNetwork(input_shape=(3, 9, 9), layers=read_audit_layers(layers, pointer=""))
    best = find_repairs(network, Goal(wanted=(2, 3, 3)))[0]
    assert {(change.index, change.field) for change in best.changes} == {
        (1, "in_channels"),
        (2, "in_channels"),
    }


def test_a_repair_that_torch_refuses_is_not_offered() -> None:
    """Repairs come from the shape rules, but torch must confirm them."""
    document = {
        "input_shape": [1, 14, 14],
        "wanted_shape": [1, 28, 28],
        "layers": SMALLEST["27 instead of 28"][1],
    }

    def refusing(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        refused = {"shapes": [], "fails_at": 0, "error": "no"}
        return {"traces": [refused for _ in job["layer_lists"]]}

    answer: Any = audit(read_request(document), runner=refusing)
    assert answer["repairs"] == []
    assert answer["nearest"]["design"] == {"resolution": [28, 28], "latent_dim": 100, "channels": 1}


def test_skips_keep_their_source_when_layers_are_added_or_removed() -> None:
    """The sources of later skips are renumbered."""
    layers = [
        {
            "op": "conv",
            "in_channels": 1,
            "out_channels": 1,
            "kernel_size": 3,
            "stride": 2,
            "padding": 1,
        },
        {"op": "upsample", "scale_factor": 2},
        {"op": "add_from", "from": -1},
        {"op": "conv", "in_channels": 1, "out_channels": 1, "kernel_size": 1},
        {"op": "add_from", "from": 2},
    ]
    document = {"input_shape": [1, 9, 9], "layers": layers}
    answer: Any = audit(read_request(document), runner=None)
    assert answer["fails_at"] == 2
    assert {repair["run"] for repair in answer["repairs"]} == {"laws_only"}
    for repair in answer["repairs"]:
        edited, shape = apply_documented_changes(layers, [1, 9, 9], repair["changes"])
        second_answer: Any = audit(
            read_request({"input_shape": shape, "layers": edited}), runner=None
        )
        assert second_answer["verdict"] == "fits"
        assert second_answer["output_shape"] == repair["output_shape"]
