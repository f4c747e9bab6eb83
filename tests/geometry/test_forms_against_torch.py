"""Each equivalent form gives torch's results, on random legal layers of one to three axes."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from torch.nn import functional

from designer.geometry.equivalence.direct_convolution import equivalent_crop
from designer.geometry.equivalence.inverse import gradient_layer, invert_layer
from designer.geometry.equivalence.matrix import layer_matrix
from designer.geometry.equivalence.phases import PhaseAxis, layer_phases
from designer.geometry.equivalence.placement import (
    AnyConv,
    pixels_size,
    place_windows,
    untouched_count,
)
from designer.geometry.equivalence.python_snippet import render_snippet
from designer.geometry.equivalence.scatter import scatter_copies
from designer.geometry.layers import Conv, ConvTranspose, Window
from designer.layer.torch_proof import prove_layer
from designer.verification.probe import run_job
from designer.verification.probe.transposed_convolution import pad_or_crop
from tests.geometry.layer_cases import Case, assert_close, cases, run, torch_layer
from tests.support import soak_count

pytestmark = pytest.mark.torch
example_budget = settings(max_examples=soak_count(150, 3000))


@given(case=cases())
@example_budget
def test_output_size_matches_torch(case: Case) -> None:
    """The predicted size equals torch's."""
    _, _, y = run(case)
    assert tuple(y.shape[2:]) == case.output_size


@given(case=cases(transposed=True, channels=False))
@example_budget
def test_scattered_copies_are_the_transposed_convolution(case: Case) -> None:
    """Kernel copies added one by one give torch's map without the bias."""
    module, x, y = run(case)
    copies = scatter_copies(
        case.layer, case.input_size, x[0].flatten().tolist(), module.weight.flatten().tolist()
    )
    found = torch.zeros_like(y[0, 0])
    for index, value in copies.items():
        found[index] = value
    assert max(copies) == tuple(side - 1 for side in case.output_size)
    assert_close(found, y[0, 0] - (module.bias if case.layer.bias else 0), within=1e-10)


@given(case=cases())
@example_budget
def test_the_snippet_is_the_layer(case: Case) -> None:
    """The direct convolution over the zero-inserted map, run as the published text."""
    module, x, y = run(case)
    scope: dict[str, object] = {}
    exec(render_snippet(case.layer, case.input_size), scope)
    assert_close(scope["direct"](x, module.weight, module.bias), y, within=1e-10)


@pytest.mark.parametrize("transposed", [True, False])
def test_a_map_cropped_by_more_than_it_has_is_padded_first(transposed: bool) -> None:
    """Every form of a layer whose padding is larger than its map passes the proof."""
    if transposed:
        window = Window(kernel_size=1, stride=7, padding=3, output_padding=6)
        layer: AnyConv = ConvTranspose(in_channels=1, out_channels=1, windows=(window,))
    else:
        window = Window(kernel_size=4, stride=3, padding=6, dilation=4)
        layer = Conv(in_channels=1, out_channels=1, windows=(window,))
    for side in range(1, 7):
        document = prove_layer(layer, (side,), runner=lambda job, discard=False: run_job(job))
        assert document["passed"] is True


@given(case=cases(transposed=True))
@example_budget
def test_padding_crops_the_full_output(case: Case) -> None:
    """A transposed convolution is a crop of the one without padding."""
    module, x, y = run(case)
    crop = equivalent_crop(case.layer, case.input_size)
    assert crop is not None
    layer = case.layer
    full = getattr(functional, f"conv_transpose{layer.axes}d")(
        x,
        module.weight,
        stride=tuple(w.stride for w in layer.windows),
        dilation=tuple(w.dilation for w in layer.windows),
        groups=layer.groups,
    )
    assert tuple(full.shape[2:]) == crop.full_size
    sides = [-side for near_far in reversed(crop.cropped) for side in near_far]
    bias = module.bias.view(-1, *[1] * layer.axes) if layer.bias else 0
    assert_close(pad_or_crop(full, sides) + bias, y, within=1e-10)


@given(case=cases(channels=False))
@example_budget
def test_the_matrix_times_the_input_is_the_output(case: Case) -> None:
    """Y = CX for a convolution, X = CᵀY for a transposed one, to 1e-12."""
    module, x, y = run(case)
    matrix = layer_matrix(case.layer, case.input_size)
    weight = module.weight.flatten()
    dense = torch.zeros(matrix.rows, matrix.columns, dtype=torch.float64)
    for row, column, tap in matrix.entries:
        assert not dense[row, column], "each entry has one tap"
        dense[row, column] = weight[tap]
    found = (dense @ x[0].flatten()).view(y[0, 0].shape)
    assert_close(found, (y[0, 0] - (module.bias if case.layer.bias else 0)).detach(), within=1e-12)


@given(case=cases(channels=False))
@example_budget
def test_the_gradients_matrix_is_the_transpose(case: Case) -> None:
    """C and Cᵀ are the matrices of a layer and its gradient if output padding is below S."""
    back = gradient_layer(case.layer, case.input_size)
    matrix = layer_matrix(case.layer, case.input_size)
    other = layer_matrix(back, case.output_size)
    if other.rows == matrix.columns:
        assert other == matrix.transposed
    else:
        assert any(w.output_padding >= w.stride for w in case.layer.windows)


@given(case=cases())
@example_budget
def test_the_gradient_is_the_layer_of_the_other_kind(case: Case) -> None:
    """Torch's gradient with respect to the input is the other kind with the same weight."""
    module, x, _ = run(case)
    x.requires_grad_()
    y = module(x)
    upstream = torch.randn(y.shape, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(y, x, upstream)
    other = torch_layer(gradient_layer(case.layer, case.input_size))
    other.weight.data = module.weight.data
    found = other(upstream)
    if other.bias is not None:
        found = found - other.bias.view(-1, *[1] * case.layer.axes)
    inside = tuple(slice(side) for side in case.input_size)
    assert_close(found[(..., *inside)], gradient, within=1e-10)


def phase_result(case: Case, phase: tuple[PhaseAxis, ...], x: torch.Tensor) -> torch.Tensor:
    """The small convolution of one phase, computed by torch's conv."""
    layer = case.layer
    weight = run(case)[0].weight
    for axis, part in enumerate(phase):
        weight = weight.index_select(axis + 2, torch.tensor(part.taps, dtype=torch.long))
    if isinstance(layer, ConvTranspose):
        grouped = weight.unflatten(0, (layer.groups, -1)).transpose(1, 2)
        weight = grouped.flatten(0, 1).flip(*range(2, 2 + layer.axes))
    sides = [side for part in reversed(phase) for side in part.padding]
    conv = getattr(functional, f"conv{layer.axes}d")
    dilation = tuple(part.dilation for part in phase)
    return conv(pad_or_crop(x, sides), weight, dilation=dilation, groups=layer.groups)


@given(case=cases())
@example_budget
def test_the_phases_together_are_the_layer(case: Case) -> None:
    """S^n small convolutions: interleaved they are a transposed one, summed a strided one."""
    module, x, y = run(case)
    layer = case.layer
    found = torch.zeros_like(y)
    for phase in layer_phases(layer, case.input_size):
        if not all(part.taps and part.size for part in phase):
            continue
        lattice = (
            ...,
            *(slice(p.phase, None, w.stride) for p, w in zip(phase, layer.windows, strict=True)),
        )
        if isinstance(layer, ConvTranspose):
            found[lattice] = phase_result(case, phase, x)
        else:
            found += phase_result(case, phase, x[lattice])
    bias = module.bias.view(-1, *[1] * layer.axes) if layer.bias else 0
    assert_close(found + bias, y, within=1e-10)


@given(case=cases())
@example_budget
def test_phases_take_every_tap_and_pixel_once(case: Case) -> None:
    """Every tap and every pixel belongs to exactly one phase."""
    phases = layer_phases(case.layer, case.input_size)
    placed = place_windows(case.layer, case.input_size)
    assert len(list(phases)) == len(phases)
    for axis, window, on in zip(phases.axes, case.layer.windows, placed, strict=True):
        assert len(axis) == window.stride
        taps = sorted(tap for phase in axis for tap in phase.taps)
        assert taps == list(range(window.kernel_size))
        assert sum(phase.size for phase in axis) == on.pixels


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding"),
    [(2, 2, 0), (3, 3, 0), (4, 2, 0), (4, 2, 2), (6, 2, 2), (6, 3, 0), (9, 3, 3), (9, 3, 6)],
)
def test_claimed_pixel_shuffle_equals_the_layer(
    kernel_size: int, stride: int, padding: int
) -> None:
    """One convolution to S² times the channels and torch's PixelShuffle give the layer."""
    torch.manual_seed(0)
    module = torch.nn.ConvTranspose2d(
        3, 2, kernel_size, stride=stride, padding=padding, dtype=torch.float64
    )
    x = torch.randn(1, 3, 5, 5, dtype=torch.float64)
    from_torch = module(x)
    layer = make_transposed(kernel_size=kernel_size, stride=stride, padding=padding)
    phases = layer_phases(layer, (5, 5))
    shuffle = phases.pixel_shuffle
    assert shuffle.holds, shuffle.why
    parts = [
        module.weight.transpose(0, 1)[:, :, list(down.taps)][:, :, :, list(across.taps)].flip(2, 3)
        for down, across in phases
    ]
    weight = torch.stack(parts, dim=1).flatten(0, 1)
    assert tuple(weight.shape[2:]) == shuffle.kernel_size
    bias = module.bias.repeat_interleave(stride**2)
    found = functional.conv2d(x, weight, bias, padding=shuffle.padding, dilation=shuffle.dilation)
    assert_close(functional.pixel_shuffle(found, shuffle.upscale_factor), from_torch, within=1e-10)


def make_transposed(*, kernel_size: int, stride: int, padding: int) -> ConvTranspose:
    """A square layer of 3 to 2 channels."""
    window = Window(kernel_size=kernel_size, stride=stride, padding=padding)
    return ConvTranspose(in_channels=3, out_channels=2, windows=(window, window))


@given(case=cases(transposed=True))
@example_budget
def test_the_inverse_restores_the_size(case: Case) -> None:
    """The inverse layer, run by torch, restores the input's channels and size."""
    inverse = invert_layer(case.layer, case.input_size)
    _, x, y = run(case)
    if inverse.layer is None:
        assert any(w.output_padding >= w.stride for w in case.layer.windows)
        assert "restores the input size" in inverse.why
    else:
        assert torch_layer(inverse.layer)(y).shape == x.shape


@given(case=cases(transposed=False))
@example_budget
def test_the_inverse_of_a_convolution_always_exists(case: Case) -> None:
    """Every convolution has an inverse, and ``ambiguous`` lists all sizes with the same output."""
    inverse = invert_layer(case.layer, case.input_size)
    assert inverse.layer is not None
    _, x, y = run(case)
    assert torch_layer(inverse.layer)(y).shape == x.shape
    for axis, (window, (least, greatest)) in enumerate(
        zip(case.layer.windows, inverse.ambiguous, strict=True)
    ):
        same = case.output_size[axis]
        reached = [i for i in range(1, greatest + 3) if i + 2 * window.padding >= window.span]
        assert [i for i in reached if window.conv(i) == same] == list(range(least, greatest + 1))


@given(case=cases(channels=False))
@example_budget
def test_untouched_pixels_have_no_gradient(case: Case) -> None:
    """The input's gradient is 0 there; a transposed kernel of ones contributes nothing."""
    module, x, _ = run(case)
    torch.nn.init.ones_(module.weight)
    if isinstance(case.layer, ConvTranspose):
        marks = module(torch.ones_like(x))[0, 0] - (module.bias if case.layer.bias else 0)
    else:
        x.requires_grad_()
        (gradient,) = torch.autograd.grad(module(x).sum(), x)
        marks = gradient[0, 0]
    placed = place_windows(case.layer, case.input_size)
    assert untouched_count(placed) == int((marks.abs() < 0.5).sum())
    counts = torch.zeros(pixels_size(placed), dtype=torch.float64)
    for index in product(*map(range, pixels_size(placed))):
        parts = [axis.contributions(pixel) for axis, pixel in zip(placed, index, strict=True)]
        counts[index] = torch.tensor(parts).prod()
    assert_close(counts, marks.detach(), within=1e-9)


def test_the_comparison_can_fail() -> None:
    """A wrong size and a wrong number both fail."""
    with pytest.raises(AssertionError):
        assert_close(torch.zeros(2), torch.zeros(3), within=1.0)
    with pytest.raises(AssertionError, match="largest error"):
        assert_close(torch.zeros(2), torch.full((2,), 0.1), within=1e-10)


def test_the_inverse_has_less_padding_if_output_padding_exceeds_the_stride() -> None:
    """With A ≥ S the inverse has less padding, and ``ambiguous`` follows from it."""
    window = Window(kernel_size=1, stride=1, padding=1, dilation=3, output_padding=2)
    inverse = invert_layer(ConvTranspose(in_channels=1, out_channels=1, windows=(window,)), (1,))
    assert inverse.layer is not None
    assert inverse.layer.windows[0].padding == 0
    assert inverse.ambiguous == ((1, 1),)
