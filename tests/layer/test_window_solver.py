"""Windows between two sizes: compared with brute force and with published questions."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from designer.errors import InvalidLayer
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window
from designer.layer.window_solver import AxisSolutions, Question, solve_axis
from tests.support import soak_count

PROBLEMS = json.loads((Path(__file__).parents[1] / "data/published_problems.json").read_text())
LAYERS = {case["id"]: case for case in PROBLEMS if case["task"] == "layer"}
RUNS = {
    f"{case['id']}, {run['what']}": run
    for case in PROBLEMS
    if case["task"] == "claim"
    for run in case["expected"]["runs"]
}


def brute_force_windows(question: Question, kernel_size: int, stride: int) -> list[Window]:
    """All windows with padding ≤ D(F − 1) that solve the question, by exhaustive search."""
    found = []
    dilation = question.dilation
    extras = max(stride, dilation) if question.transposed else 1
    for extra, padding in product(range(extras), range(dilation * (kernel_size - 1) + 1)):
        window = Window(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            output_padding=extra,
        )
        try:
            move = window.conv_transpose if question.transposed else window.conv
            reached = move(question.input_size)
        except InvalidLayer:
            continue
        if reached == question.output_size:
            found.append(window)
    return found


def ranking_key(window: Window) -> tuple[int, ...]:
    """Sort key: output padding, then padding."""
    return (
        window.output_padding,
        window.padding,
        window.kernel_size,
        window.stride,
        window.dilation,
    )


@pytest.mark.parametrize("transposed", [True, False])
def test_the_list_is_complete_and_in_order(transposed: bool) -> None:
    """Equal to exhaustive search; the answer has either windows or a reason."""
    most = soak_count(8, 14)
    for i, o, kernel_size, stride, dilation in product(
        range(1, most), range(1, 2 * most), range(1, 6), range(1, 5), range(1, 4)
    ):
        question = Question(
            transposed=transposed,
            input_size=i,
            output_size=o,
            kernel_size=kernel_size,
            stride=stride,
            dilation=dilation,
        )
        solved = solve_axis(question)
        assert list(solved.windows) == brute_force_windows(question, kernel_size, stride)
        assert solved.count == len(solved.windows)
        assert bool(solved.windows) == (solved.why_not is None)


@pytest.mark.parametrize("transposed", [True, False])
@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_factor_is_solved_with_kernels_up_to_six_strides(
    transposed: bool, factor: int, dilation: int
) -> None:
    """S = n and all kernels up to 6S, compared with exhaustive search."""
    small, large = 7, 7 * factor
    question = Question(
        transposed=transposed,
        input_size=small if transposed else large,
        output_size=large if transposed else small,
        dilation=dilation,
    )
    everything = [
        window
        for kernel_size in range(1, 6 * factor + 1)
        for window in brute_force_windows(question, kernel_size, factor)
    ]
    solved = solve_axis(question)
    assert list(solved.windows) == sorted(everything, key=ranking_key)
    assert solved.family is not None
    if transposed:
        assert all(window.offset == 0 for window in solved.windows)


def test_an_open_stride_is_tried_up_to_the_kernel() -> None:
    """All strides up to the kernel size are tried."""
    question = Question(transposed=True, input_size=5, output_size=12, kernel_size=4)
    everything = [
        window for stride in range(1, 5) for window in brute_force_windows(question, 4, stride)
    ]
    assert list(solve_axis(question).windows) == sorted(everything, key=ranking_key)


@pytest.mark.parametrize("half", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2, 3])
def test_the_closed_forms(half: int, padding: int) -> None:
    """S = 2k, P = t, F = 2(k + t), and for odd n: S = n, P = t, F = n + 2t; both have offset 0."""
    even = Window(kernel_size=2 * (half + padding), stride=2 * half, padding=padding)
    odd = Window(kernel_size=2 * half + 1 + 2 * padding, stride=2 * half + 1, padding=padding)
    for window in (even, odd):
        assert window.offset == 0
        found = solve_axis(
            Question(transposed=True, input_size=16, output_size=16 * window.stride)
        ).windows
        if window.kernel_size <= 6 * window.stride:
            assert window in found


def test_long_lists_are_cut_and_counted() -> None:
    """For a factor of 300 only the best solutions are listed; the count is exact."""
    solved = solve_axis(Question(transposed=True, input_size=10, output_size=3000))
    assert len(solved.windows) == 16_384
    assert solved.count == sum(
        1
        for kernel_size in range(1, 1801)
        for extra in range(300)
        if (kernel_size - 300 + extra) % 2 == 0
        and 0 <= (kernel_size - 300 + extra) // 2 <= kernel_size - 1
    )
    assert list(solved.windows) == sorted(solved.windows, key=ranking_key)


@pytest.mark.parametrize("name", LAYERS)
def test_published_layer_questions(name: str) -> None:
    """Each answer has all pairs [padding, output_padding], or the reason for none."""
    given, expected = LAYERS[name]["given"], LAYERS[name]["expected"]
    sides = zip(given["input_spatial"], given["output_spatial"], strict=True)
    answers: list[AxisSolutions] = [
        solve_axis(
            Question(
                transposed=given["op"] == "conv_transpose",
                input_size=i,
                output_size=o,
                kernel_size=given["kernel_size"],
                stride=given["stride"],
                dilation=given["dilation"],
            )
        )
        for i, o in sides
    ]
    found = [[[w.padding, w.output_padding] for w in answer.windows] for answer in answers]
    if expected.get("unsolvable"):
        assert all(not windows for windows in found)
        assert all("odd" in (answer.why_not or "") for answer in answers)
    else:
        assert found == expected["solutions_per_axis"]


@pytest.mark.parametrize("name", RUNS)
def test_published_claims(name: str) -> None:
    """Each run has the measured shape, or is refused if torch refused it."""
    run = RUNS[name]
    channels, *size = run["input_shape"]
    if "error_contains" in run:
        with pytest.raises(InvalidLayer, match="output_padding"):
            apply_layers(run["layers"], FeatureMap(channels=channels, size=tuple(size)))
    else:
        after = apply_layers(run["layers"], FeatureMap(channels=channels, size=tuple(size)))
        assert list(after.shape) == run["shape"]


def apply_layers(layers: list[dict[str, object]], before: FeatureMap) -> FeatureMap:
    """The output of a published list of layers."""
    for row in layers:
        kind = {"conv": Conv, "conv_transpose": ConvTranspose}[str(row["op"])]
        windows = tuple(
            Window(**{name: per_axis(row[name], axis) for name in WINDOW_FIELDS})
            for axis in range(len(before.size))
        )
        layer = kind(
            in_channels=row["in_channels"], out_channels=row["out_channels"], windows=windows
        )
        before = layer.output_map(before)
    return before


WINDOW_FIELDS = ("kernel_size", "stride", "padding", "dilation", "output_padding")


def per_axis(value: object, axis: int) -> int:
    """The value of an axis; a scalar applies to all axes."""
    return value[axis] if isinstance(value, list) else int(str(value))


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Question(transposed=True, input_size=62, output_size=489), "not a whole multiple of 62"),
        (Question(transposed=False, input_size=65, output_size=32), "not a whole multiple of 32"),
        (
            Question(transposed=True, input_size=4, output_size=90, kernel_size=3, stride=2),
            "90 is too large: with padding 0 and output_padding 1 it is 10",
        ),
        (
            Question(transposed=True, input_size=40, output_size=9, kernel_size=3, stride=2),
            "9 is too small: with padding 2 (the kernel's span less 1) it is 77",
        ),
        (
            Question(transposed=False, input_size=40, output_size=90, kernel_size=3, stride=2),
            "90 is too large: with padding 2 (the kernel's span less 1) it is 21",
        ),
        (
            Question(transposed=False, input_size=40, output_size=3, kernel_size=3, stride=2),
            "3 is too small: with padding 0 it is 19",
        ),
        (
            Question(transposed=False, input_size=8, output_size=8, kernel_size=2, stride=1),
            "odd, and from 8 to 8 it is 0",
        ),
        (
            Question(transposed=True, input_size=8, output_size=9, kernel_size=3, stride=1),
            "even, and from 8 to 9 it is 1",
        ),
        (
            Question(transposed=True, input_size=8, output_size=90, kernel_size=3),
            "kernel_size 3, stride 1 to 3, dilation 1",
        ),
    ],
)
def test_a_question_without_solutions_gets_its_reason(question: Question, reason: str) -> None:
    """The reason contains the numbers that the caller needs to change the question."""
    assert reason in (solve_axis(question).why_not or "")


@pytest.mark.parametrize("field", ["input_size", "output_size", "kernel_size", "stride"])
def test_sizes_of_zero_are_refused(field: str) -> None:
    """An invalid question cannot be constructed."""
    numbers = {"input_size": 4, "output_size": 8, "kernel_size": 4, "stride": 2, field: 0}
    with pytest.raises(InvalidLayer, match=f"{field} must be at least 1, got 0"):
        Question(transposed=True, **numbers)
