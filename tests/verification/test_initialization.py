"""``weights_init``: what it draws wrongly is refuted by name, and what it draws right is verified."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from designer.source import render_source
from designer.validation.json_readers import JsonValue
from designer.verification import Check
from designer.verification.checks.initialization import compare_initialisation
from tests.support import soak_count
from tests.verification.initialization_faults import (
    BIASED,
    FAULTS_OF_BIASES,
    FAULTS_OF_DEPENDENCE,
    FAULTS_OF_KERNELS,
    FAULTS_OF_NUMBERS,
    FAULTS_OF_PARTS,
    KERNELS,
    SCALES,
    SUB_PIXEL,
    TABLES,
)
from tests.verification.initializations import (
    DESIGNS,
    Target,
    check_initialisation,
    measure_initialisation,
    plan_of,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def rotated(faults: dict[str, str], targets: list[Target]) -> list[object]:
    """Each fault at the next one of these targets; at all of them in a soak run."""
    count = soak_count(1, len(targets))
    return [
        pytest.param(targets[(place + each) % len(targets)], fault, id=f"{name}, {each}")
        for place, (name, fault) in enumerate(faults.items())
        for each in range(count)
    ]


def check_of(target: Target, text: str) -> Check:
    """The check of the target's network for a source."""
    checks = check_initialisation(target.gan, text, roles=(target.role,))
    return checks[f"{target.role}.initialisation"]


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        *rotated(
            FAULTS_OF_NUMBERS | FAULTS_OF_PARTS | FAULTS_OF_DEPENDENCE, [*KERNELS, *SCALES, *TABLES]
        ),
        *rotated(FAULTS_OF_KERNELS, KERNELS),
        *rotated(FAULTS_OF_NUMBERS, SUB_PIXEL),
    ],
)
def test_a_fault_of_one_tensor_is_refuted(target: Target, fault: str) -> None:
    """One tensor of one layer is drawn wrongly; the detail names it and no other one."""
    check = check_of(target, target.faulty_text(fault))
    assert check.passed is False
    assert check.detail.startswith(f"{target.tensor.name}: ")
    assert "more tensors" not in check.detail


@pytest.mark.parametrize("fault", FAULTS_OF_BIASES.values(), ids=FAULTS_OF_BIASES)
@pytest.mark.parametrize("target", [SCALES[1], BIASED], ids=["norm", "convolution"])
def test_a_bias_that_is_not_zero_is_refuted(target: Target, fault: str) -> None:
    """The bias of one layer differs from zero, if only in one number."""
    check = check_of(target, target.faulty_text(fault))
    assert check.passed is False
    assert check.detail.startswith(f"{target.tensor.layer} bias: ")


EQUIVALENT = {
    "as data": "tensor.data.copy_(mean + deviation * torch.randn(tensor.shape))",
    "as another parameter": (
        "owner.weight = nn.Parameter(mean + deviation * torch.randn(tensor.shape))"
    ),
    "in two parts": (
        "nn.init.normal_(tensor[:half], mean, deviation);"
        " nn.init.normal_(tensor[half:], mean, deviation)"
    ),
}


@pytest.mark.parametrize("target", [KERNELS[0], SCALES[0]], ids=["convolution", "norm"])
@pytest.mark.parametrize("draw", EQUIVALENT.values(), ids=EQUIVALENT)
def test_an_equivalent_draw_is_verified(target: Target, draw: str) -> None:
    """Only the distribution counts, not how the source draws it or whether that vectorizes."""
    check = check_of(target, target.faulty_text(draw))
    assert check.detail == ""
    assert check.passed is True


@pytest.mark.parametrize("design", DESIGNS)
def test_rendered_sources_are_verified_after_any_seed(design: str) -> None:
    """No seed refutes a correct source; all designs together have 50 seeds, 1,000 in a soak run."""
    gan = DESIGNS[design]
    text = render_source(gan).text
    for seed in range(soak_count(5, 100)):
        checks = check_initialisation(gan, text, seed=seed)
        assert [check.detail for check in checks.values() if check.passed is not True] == []


def test_a_source_that_raises_later_is_refuted() -> None:
    """A layer that cannot be drawn again is named with the error."""
    fault = "_calls[0] += 1; 1 / (_calls[0] - 3)"
    check = check_of(KERNELS[0], KERNELS[0].faulty_text(fault))
    assert check.passed is False
    assert check.detail.startswith("main.3 weight: ZeroDivisionError")


def test_a_source_that_raises_under_vmap_draws_one_by_one() -> None:
    """What the source cannot do for many draws at once does not count."""
    guard = "assert not torch._C._functorch.is_batchedtensor(tensor)"
    assert check_of(SCALES[0], SCALES[0].faulty_text(guard)).passed is True


def test_a_receipt_summarizes_each_tensor() -> None:
    """Count, mean, deviation, distance and largest correlation of each tensor, and the bound."""
    gan = DESIGNS["batch norm"]
    checks = check_initialisation(gan, render_source(gan).text)
    check = checks["generator.initialisation"]
    assert isinstance(check.measured, dict)
    assert isinstance(check.predicted, dict)
    assert check.measured.keys() == check.predicted.keys()
    assert check.predicted["main.1 weight"] == {"mean": 1.0, "deviation": 0.02}
    summary = check.measured["main.1 weight"]
    assert summary.keys() == {"count", "mean", "deviation", "distance", "correlation"}
    assert summary["count"] == 180_000
    assert summary["mean"] == pytest.approx(1.0, abs=4e-4)
    assert summary["deviation"] == pytest.approx(0.02, rel=0.005)
    assert check.measured["main.1 bias"] == {"count": 32, "least": 0.0, "largest": 0.0}
    assert check.tolerance is not None
    assert 6 < check.tolerance < 8


def leaves(value: JsonValue, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all values inside nested dictionaries."""
    if not isinstance(value, dict):
        yield path
    else:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))


def replaced(value: JsonValue, path: tuple[str, ...], new: JsonValue) -> JsonValue:
    """The nested dictionaries with another value at a path."""
    return new if not path else {**value, path[0]: replaced(value[path[0]], path[1:], new)}


MALFORMED = (None, True, "0.02", {}, -1.0, float("nan"), float("inf"), 10**400)


def test_a_malformed_measurement_is_refuted() -> None:
    """Each figure of a tensor must be present, a number, and not far from what is expected."""
    gan = DESIGNS["encoder"]
    text = render_source(gan).text
    measured = measure_initialisation(gan, text, seed=0, roles=("encoder",))
    figures = measured["encoder"]["initialisation"]
    for path in leaves(figures):
        for value in MALFORMED:
            if path[-1] == "shared" and value == -1.0:
                continue  # only a positive one is suspicious
            changed = {"encoder": {"initialisation": replaced(figures, path, value)}}
            checks = {check.name: check for check in compare_initialisation(plan_of(gan), changed)}
            assert checks["encoder.initialisation"].passed is False, (path, value)
            assert checks["encoder.initialisation"].detail.startswith(path[0])
            json.dumps(checks["encoder.initialisation"].measured, allow_nan=False)


def test_an_unknown_tensor_is_refuted() -> None:
    """A figure of a tensor that the design lacks fails, and so does a missing tensor."""
    gan = DESIGNS["encoder"]
    measured = measure_initialisation(
        gan, render_source(gan).text, seed=0, roles=("encoder", "generator")
    )
    measured["encoder"]["initialisation"]["main.9 weight"] = {}
    del measured["generator"]["initialisation"]["main.1 bias"]
    details = {check.name: check.detail for check in compare_initialisation(plan_of(gan), measured)}
    assert details == {
        "generator.initialisation": "main.1 bias: not measured",
        "encoder.initialisation": "main.9 weight: not in the design",
    }
