"""Answers about one layer: fields, equivalent forms, proofs by torch, and pictures."""

from __future__ import annotations

import functools
import itertools
import json
from typing import Any

import pytest
import torch

from designer.errors import TooLarge
from designer.layer import (
    LayerForm,
    Op,
    answer_layer,
    answer_question,
    draw_picture,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)
from designer.layer.torch_proof import reduce_channels
from designer.verification import Pool
from designer.verification.probe import run_job

DCGAN = {"input_size": [4, 4], "kernel_size": 4, "stride": 2, "padding": 1}


def answer_as_json(op: Op, **fields: object) -> dict[str, Any]:
    """The answer after a round trip through JSON."""
    body: dict[str, Any] = json.loads(json.dumps(answer_layer(read_layer_request(fields, op))))
    return body


def run_here(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
    """Run the probe in this process."""
    return run_job(json.loads(json.dumps(job)))


def test_the_arithmetic_of_dcgans_layer() -> None:
    """Sizes, arithmetic, offset, costs and inverse; forms that were not requested are null."""
    found = answer_as_json(Op.CONV_TRANSPOSE, **DCGAN, in_channels=64, out_channels=3, bias=False)
    assert found["output_size"] == [8, 8]
    assert found["arithmetic"] == ["(4 − 1)·2 − 2·1 + 4 = 8"] * 2
    assert (found["offset"], found["exact"], found["unread"]) == ([0, 0], True, 0)
    assert (found["parameters"], found["multiply_adds"]) == (16 * 64 * 3, 16 * 16 * 64 * 3)
    assert found["inverse"]["op"] == "conv"
    assert (found["inverse"]["in_channels"], found["inverse"]["out_channels"]) == (3, 64)
    assert {found[str(form)] for form in LayerForm} == {None}


def test_the_answer_holds_every_included_form() -> None:
    """The direct convolution, Cᵀ, four phases, and an even overlap with its border."""
    found = answer_as_json(
        Op.CONV_TRANSPOSE, **DCGAN, include=["matrix", "equivalent", "phases", "overlap"]
    )
    direct = found["equivalent"]
    assert (direct["inserted_zeros"], direct["input_size"]) == ([1, 1], [7, 7])
    assert (direct["padding"], direct["stride"]) == ([[2, 2], [2, 2]], [1, 1])
    assert direct["crop"] == {"full_size": [10, 10], "cropped": [[1, 1], [1, 1]]}
    assert direct["source"].startswith("import torch\n")
    matrix = found["matrix"]
    assert (matrix["name"], matrix["shape"], len(matrix["entries"])) == ("Cᵀ", [64, 16], 14**2)
    assert sum(matrix["inputs_per_output"]) == sum(matrix["outputs_per_input"]) == 14**2
    assert found["phases"]["count"] == len(found["phases"]["convolutions"]) == 4
    assert found["phases"]["pixel_shuffle"]["holds"] is False
    overlap = found["overlap"]
    assert (overlap["even"], overlap["most"], overlap["ratio"]) == (True, 4, 1.0)
    assert overlap["border"] == [[1, 1], [1, 1]]
    assert overlap["contributions"][0] == [1, 2, 2, 2, 2, 2, 2, 1]


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("size", [[5], [4, 3], [2, 3, 2]])
def test_the_matrix_is_the_kronecker_product_of_those_of_its_axes(op: Op, size: list[int]) -> None:
    """Both as dense tensors of taps: the tap of a product is that of the flattened kernel."""
    window = {"kernel_size": 3, "stride": 2, "padding": 1}
    forms = ["matrix", "axis_matrices"]
    found = answer_as_json(op, input_size=size, **window, include=forms)
    weight = torch.arange(1.0, 3.0 ** len(size) + 1).reshape([3] * len(size))
    product = torch.zeros(found["matrix"]["shape"])
    for taps in itertools.product(range(3), repeat=len(size)):
        factors = [torch.zeros(axis["shape"]) for axis in found["axis_matrices"]]
        for axis, factor, tap in zip(found["axis_matrices"], factors, taps, strict=True):
            for row, column, each in axis["entries"]:
                factor[row, column] = float(each == tap)
        product += weight[taps] * functools.reduce(torch.kron, factors)
    dense = torch.zeros(found["matrix"]["shape"])
    for row, column, tap in found["matrix"]["entries"]:
        dense[row, column] = weight.flatten()[tap]
    assert torch.equal(product, dense)


def test_matrices_of_axes_are_listed_where_the_matrix_is_too_large() -> None:
    """A million entries; an axis with too many is refused as well."""
    large = {"input_size": [32, 32], "kernel_size": 32, "stride": 4}
    with pytest.raises(TooLarge, match="entries"):
        answer_as_json(Op.CONV_TRANSPOSE, **large, include=["matrix"])
    found = answer_as_json(Op.CONV_TRANSPOSE, **large, include=["axis_matrices"])
    assert [len(axis["entries"]) for axis in found["axis_matrices"]] == [1024, 1024]
    with pytest.raises(TooLarge, match="262144 entries"):
        answer_as_json(
            Op.CONV_TRANSPOSE, input_size=[512], kernel_size=512, include=["axis_matrices"]
        )


def test_a_layer_without_an_inverse_says_why() -> None:
    """The output padding is not below the stride, and there is no padding to reduce."""
    found = answer_as_json(
        Op.CONV_TRANSPOSE, input_size=[4], kernel_size=3, dilation=3, output_padding=2
    )
    assert found["inverse"] is None
    assert "output_padding 2 is not below stride 1" in found["why_no_inverse"]


def test_a_halving_conv_is_exact_without_a_symmetric_window() -> None:
    """Kernel 3, stride 2, padding 1 maps 32 to exactly 16; its inverse has output padding 1."""
    found = answer_as_json(Op.CONV, input_size=[32], kernel_size=3, stride=2, padding=1)
    assert (found["output_size"], found["offset"], found["exact"]) == ([16], [0], True)
    assert found["inverse"]["output_padding"] == [1]
    assert found["inverse"]["sizes_sharing"] == [[31, 32]]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("op", "fields"),
    [
        (Op.CONV_TRANSPOSE, DCGAN | {"in_channels": 512, "out_channels": 256}),
        (Op.CONV_TRANSPOSE, DCGAN | {"in_channels": 6, "out_channels": 4, "groups": 2}),
        (Op.CONV, {"input_size": [16, 16], "kernel_size": 5, "stride": 3, "padding": 2}),
        (Op.CONV, {"input_size": [9, 7, 5], "kernel_size": [3, 2, 1], "stride": [1, 2, 3]}),
        (
            Op.CONV_TRANSPOSE,
            {
                "input_size": [5],
                "kernel_size": 3,
                "dilation": 3,
                "output_padding": 2,
                "bias": False,
            },
        ),
    ],
)
def test_a_proof_compares_every_form_with_torch(op: Op, fields: dict[str, object]) -> None:
    """The proof reports an error in float64 for each form of the layer."""
    request = read_layer_request(fields | {"include": ["proof"]}, op)
    proof: Any = answer_layer(request, runner=run_here)["proof"]
    assert proof["passed"]
    assert proof["torch_version"] == torch.__version__
    measured = {name for name, error in proof["errors"].items() if error is not None}
    transposed = {"crop"} if op is Op.CONV_TRANSPOSE else set()
    assert measured == {"equivalent", "matrix", "phases", "gradient"} | transposed
    assert all(error is None or error < 1e-12 for error in proof["errors"].values())


@pytest.mark.torch
def test_a_wrong_form_fails_the_proof() -> None:
    """One error above the tolerance fails the proof."""

    def run_with_wrong_phases(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        measured = run_here(job)
        return measured | {"errors": measured["errors"] | {"phases": 2e-10}}

    request = read_layer_request(DCGAN | {"include": ["proof"]}, Op.CONV_TRANSPOSE)
    assert answer_layer(request, runner=run_with_wrong_phases)["proof"]["passed"] is False  # type: ignore[index]


@pytest.mark.torch
def test_a_proof_runs_in_the_verifying_process(pool: Pool) -> None:
    """The pool runs the proof in the process that imports torch."""
    request = read_layer_request(DCGAN | {"include": ["proof"]}, Op.CONV_TRANSPOSE)
    proof: Any = answer_layer(request, runner=pool.run)["proof"]
    assert proof["passed"]


def test_an_expensive_layer_is_proven_with_fewer_channels() -> None:
    """The forms do not depend on the number of channels; the layer keeps two groups."""
    wide = read_layer_request(
        DCGAN | {"in_channels": 4096, "out_channels": 2048, "groups": 64}, Op.CONV
    )
    reduced = reduce_channels(wide.layer, (128, 128))
    assert (reduced.in_channels, reduced.out_channels, reduced.groups) == (4, 4, 2)
    assert reduce_channels(reduced, (128, 128)) == reduced


def test_a_layer_too_large_to_run_is_not_proven() -> None:
    """The layer is refused by its predicted costs, before a process runs."""
    request = read_layer_request(
        {"input_size": 4096, "kernel_size": 9, "padding": 4, "include": ["proof"]}, Op.CONV
    )
    with pytest.raises(TooLarge, match="1358954496 multiply-adds; the limit is 100000000"):
        answer_layer(request, runner=run_here)


def test_a_solve_answer_lists_windows_or_a_reason_per_axis() -> None:
    """Each axis has a list of windows, and a reason only if the list is empty."""
    found = answer_question(
        read_solve_request(
            {
                "op": "conv_transpose",
                "input_size": [46, 64],
                "output_size": [368, 64],
                "kernel_size": [16, 4],
                "stride": [8, 1],
            }
        )
    )
    solutions: Any = found["solutions"]
    assert [window["padding"] for window in solutions[0]] == [4, 5, 6, 7]
    assert solutions[1] == []
    why: Any = found["why_not"]
    assert why[0] is None
    assert "is odd" in why[1]
    assert found["family"] == [None, None]


def test_a_solved_factor_comes_with_its_closed_form() -> None:
    """Without kernel size and stride, S = n and the answer has the closed form."""
    found = answer_question(
        read_solve_request({"op": "conv_transpose", "input_size": 8, "output_size": 32})
    )
    assert found["why_not"] is None
    assert (
        found["family"] == ["S = 4, F − S − 2P + A = 0; with A = 0: P = t ≥ 0, F = 2·(2 + t)"] * 2
    )


@pytest.mark.parametrize(
    ("view", "word"), [("layer", "zeros between"), ("matrix", "Cᵀ"), ("overlap", "scale")]
)
def test_each_view_is_a_picture(view: str, word: str) -> None:
    """Each view is a different SVG picture of the layer."""
    svg = draw_picture(read_draw_request(DCGAN | {"view": view}, Op.CONV_TRANSPOSE))
    assert svg.startswith("<svg ")
    assert word in svg


def test_numbers_of_many_positions_are_not_listed() -> None:
    """71 bytes asked for 31 MB before: the range, the border and the axes remain."""
    found = answer_as_json(
        Op.CONV, input_size=[1_048_576], kernel_size=65_536, include=["overlap"]
    )["overlap"]
    assert (found["contributions"], found["axes"][0]["contributions"]) == (None, None)
    assert (found["most"], found["border"]) == (65_536, [[65_535, 65_535]])
    found = answer_as_json(
        Op.CONV_TRANSPOSE, input_size=[300, 4], kernel_size=4, stride=2, include=["overlap"]
    )["overlap"]
    counts = [
        [y * x for x in found["axes"][1]["contributions"]]
        for y in found["axes"][0]["contributions"]
    ]
    assert found["contributions"] == counts
    found = answer_as_json(
        Op.CONV,
        input_size=[512, 512],
        kernel_size=[1, 2],
        stride=512,
        include=["overlap", "matrix"],
    )
    assert found["overlap"]["contributions"] is None
    assert found["overlap"]["axes"][0]["contributions"][:2] == [1, 0]
    assert found["matrix"]["inputs_per_output"] == [2]
    assert found["matrix"]["outputs_per_input"] is None
