"""Every module against the torch module that its arguments build: weights, settings, maps, costs."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.linear import Flatten, Identity, Linear, Unflatten
from designer.geometry.modules.module import Module
from designer.geometry.modules.norms import BatchNorm, GroupNorm, InstanceNorm, group_count
from designer.geometry.modules.pooling import AveragePool
from designer.geometry.modules.resizing import Crop, PixelShuffle, Upsample

pytestmark = pytest.mark.torch

KERNEL_3 = Window(kernel_size=3, stride=2, padding=1)
KERNEL_4 = Window(kernel_size=4, stride=2, padding=1, output_padding=1)
SPREAD = Window(kernel_size=2, stride=3, padding=1, dilation=2)
DILATED = Window(kernel_size=2, stride=3, padding=1, dilation=2, output_padding=2)
MEAN_2, MEAN_3 = Window(kernel_size=2), Window(kernel_size=3, padding=1)
PAIRS = Window(kernel_size=2, stride=2)
PADDED = Window(kernel_size=3, stride=2, padding=1)


def convolution(kind: type[Any], *windows: Window, **fields: Any) -> ConvolutionModule:  # noqa: ANN401
    return ConvolutionModule(layer=kind(in_channels=4, out_channels=6, windows=windows, **fields))


CASES: dict[str, tuple[Module, tuple[int, ...]]] = {
    "conv": (convolution(Conv, KERNEL_3), (4, 9)),
    "conv in groups": (convolution(Conv, KERNEL_3, SPREAD, groups=2), (4, 9, 8)),
    "conv of three axes": (convolution(Conv, KERNEL_3, KERNEL_3, SPREAD, bias=False), (4, 5, 6, 7)),
    "transposed": (convolution(ConvTranspose, DILATED), (4, 5)),
    "transposed in groups": (convolution(ConvTranspose, KERNEL_4, KERNEL_3, groups=2), (4, 5, 3)),
    "transposed, three axes": (convolution(ConvTranspose, *[KERNEL_4] * 3, bias=False), (4, 2, 3, 4)),
    "relu": (ActivationModule(function=Activation.RELU), (3, 5)),
    "leaky relu": (ActivationModule(function=Activation.LEAKY_RELU), (3, 5)),
    "tanh": (ActivationModule(function=Activation.TANH), (3, 5)),
    "sigmoid": (ActivationModule(function=Activation.SIGMOID), (3, 5)),
    "batch norm": (BatchNorm(channels=5, axes=1), (5, 4)),
    "batch norm of maps": (BatchNorm(channels=5, axes=2), (5, 4, 3)),
    "instance norm": (InstanceNorm(channels=5, axes=3), (5, 4, 3, 2)),
    "group norm": (GroupNorm(channels=34, axes=1, single_group=False), (34, 4)),
    "layer norm": (GroupNorm(channels=34, axes=2, single_group=True), (34, 4, 2)),
    "mean": (AveragePool(windows=(MEAN_3,)), (2, 7)),
    "mean of maps": (AveragePool(windows=(MEAN_3, MEAN_3)), (2, 7, 5)),
    "mean of uneven windows": (AveragePool(windows=(MEAN_2, MEAN_3)), (2, 7, 5)),
    "mean of pairs": (AveragePool(windows=(PAIRS, PAIRS)), (2, 8, 6)),
    "mean of pairs, per axis": (AveragePool(windows=(PAIRS, PAIRS), per_axis=True), (2, 8, 6)),
    "mean of padded threes": (AveragePool(windows=(PADDED,)), (2, 7)),
    "linear": (Linear(in_features=5, channels=7), (5,)),
    "linear to positions": (Linear(in_features=5, channels=3, positions=4), (5,)),
    "flatten": (Flatten(), (5, 1, 1)),
    "unflatten": (Unflatten(channels=3, size=(2, 4)), (24,)),
    "identity": (Identity(), (3, 5)),
    "relu beside its input": (ActivationModule(function=Activation.RELU, keeps_input=True), (3, 5)),
    "upsample": (Upsample(factors=(3, 3)), (2, 4, 5)),
    "upsample unevenly": (Upsample(factors=(2, 3)), (2, 4, 5)),
    "upsample to a size": (Upsample(size=(7, 11)), (2, 4, 5)),
    "pixel shuffle": (PixelShuffle(factors=(2, 2)), (8, 3, 4)),
    "crop": (Crop(amounts=((1, 2),)), (2, 7)),
    "crop of maps": (Crop(amounts=((1, 2), (0, 3))), (2, 7, 6)),
}  # fmt: skip


def built(module: Module, before: FeatureMap) -> nn.Module:
    """The torch module, built as a source builds it; sources have no groups."""
    after = module.output_map(before)
    made_of = module.channels if isinstance(module, Linear) else after.channels
    args, kwargs = module.source_arguments(str(before.channels), str(made_of))
    names = {"nn": nn, "group_count": group_count}
    if isinstance(module, ConvolutionModule):
        kwargs = {**kwargs, "groups": module.layer.groups}
    values = [eval(each, names) if isinstance(each, str) else each for each in args]
    made: nn.Module = getattr(nn, module.torch_class)(*values, **kwargs)
    return made


@pytest.mark.parametrize("name", CASES)
def test_a_module_is_what_torch_builds(name: str) -> None:
    """Its settings, its tensors and the map that comes out."""
    module, shape = CASES[name]
    before = FeatureMap(channels=shape[0], size=shape[1:])
    torch_module = built(module, before)
    tensors = [*torch_module.parameters()]
    assert [tensor.numel() for tensor in tensors] == [*module.weights]
    assert sum(module.weights) == module.parameters
    assert dict.keys(module.initial_weights) == {n for n, _ in torch_module.named_parameters()}
    for setting, value in module.settings.items():
        found = getattr(torch_module, setting)
        if setting == "bias":
            found = found is not None
        assert (list(found) if isinstance(found, tuple) else found) == value, setting
    after = torch_module(torch.zeros(2, *shape))
    assert tuple(after.shape[1:]) == module.output_map(before).shape
    if module.column is not None:
        assert module.size_formulas(before.size, before.size) == ()
        assert module.input_extents(0, before.size, before.size, frozenset({3})) == {3}


@pytest.mark.parametrize("name", CASES)
def test_the_axes_of_a_weight_are_torchs(name: str) -> None:
    """Input channels or kernels first, as torch has them; all taps are one axis."""
    module, shape = CASES[name]
    tensors = [*built(module, FeatureMap(channels=shape[0], size=shape[1:])).parameters()]
    lengths = [*tensors[0].shape[:2]] if tensors else []
    if len(lengths) == 2:
        lengths.append(tensors[0][0, 0].numel())
    assert [*module.weight_axes.values()] == lengths
    assert "kernels" not in module.weight_axes or (
        [*module.weight_axes].index("kernels") == ("Transpose" in module.torch_class)
    )


@pytest.mark.parametrize("name", CASES)
def test_multiply_adds_are_half_of_torchs_operations(name: str) -> None:
    """Those of one sample, without those of a bias."""
    module, shape = CASES[name]
    before = FeatureMap(channels=shape[0], size=shape[1:])
    torch_module = built(module, before).eval()
    with FlopCounterMode(display=False) as counter:
        torch_module(torch.zeros(1, *shape))
    assert 2 * module.multiply_adds(before) == counter.get_total_flops()


@pytest.mark.parametrize("name", CASES)
def test_a_size_formula_ends_in_the_size(name: str) -> None:
    """One for each axis that may change."""
    module, shape = CASES[name]
    before = FeatureMap(channels=shape[0], size=shape[1:])
    after = module.output_map(before)
    formulas = module.size_formulas(before.size, after.size)
    assert [int(text.split()[-1]) for text in formulas] in ([], [*after.size])
    assert formulas or before.size == after.size or not after.size


@pytest.mark.parametrize("name", [n for n, (m, _) in CASES.items() if m.answer_fields])
def test_the_fields_of_an_answer_are_torchs_and_its_overlap_is_counted(name: str) -> None:
    """Even: inside, a map of ones comes out constant through weights of one."""
    module, shape = CASES[name]
    before = FeatureMap(channels=shape[0], size=shape[1:])
    torch_module = built(module, before)
    fields = module.answer_fields(before)
    for field in fields.keys() & {"kernel_size", "stride", "padding", "dilation", "groups"}:
        assert_setting(torch_module, field, fields[field])
    if isinstance(module, ConvolutionModule):
        sizes = zip(module.layer.windows, before.size, strict=True)
        offsets = [window.conv_transpose(side) - window.stride * side for window, side in sizes]
        assert fields["offset"] == offsets
        assert fields["exact"] == (not any(offsets))
        assert fields["bias"] == (torch_module.bias is not None)
        if module.layer.transposed:
            assert fields["even_overlap"] == overlaps_evenly(module.layer)
    else:
        assert fields.get("exact", True) == (
            not isinstance(module, Upsample) or module.size is None
        )


def assert_setting(torch_module: nn.Module, field: str, value: Any) -> None:  # noqa: ANN401
    """Torch has it, perhaps as one number for all axes; a pool has no dilation."""
    found = getattr(torch_module, field, 1)
    expected = [found] if isinstance(found, int) else [*found]
    assert {*(value if isinstance(value, list) else [value])} == {*expected}


def overlaps_evenly(layer: Any) -> bool:  # noqa: ANN401
    """Whether every pixel far from the borders gets as many contributions."""
    for window in layer.windows:
        conv = nn.ConvTranspose1d(
            1, 1, window.kernel_size, window.stride, dilation=window.dilation, bias=False
        )
        nn.init.ones_(conv.weight)
        pixels: Tensor = conv(torch.ones(1, 1, 40))[0, 0, 30:-30]
        if pixels.max() != pixels.min():
            return False
    return True


@pytest.mark.parametrize("multiplied", [False, True])
@pytest.mark.parametrize("classes", [3, 7])
def test_an_embedding_is_torchs(classes: int, multiplied: bool) -> None:
    """A table of vectors, drawn as latent vectors; by fan-in, a factor of a product is drawn smaller."""
    module = Embedding(classes=classes, dim=5, multiplied=multiplied)
    torch_module = nn.Embedding(classes, 5)
    assert module.source_arguments("1", "5") == ((classes, "5"), {})
    for setting, value in module.settings.items():
        assert getattr(torch_module, setting) == value
    assert module.weights == (torch_module.weight.numel(),)
    assert [*module.weight_axes.values()] == [*torch_module.weight.shape]
    vector = torch_module(torch.tensor([1]))
    label = FeatureMap(channels=1, size=())
    assert module.output_map(label).shape == tuple(vector.shape[1:])
    assert module.initial_weights["weight"] == (0.0, 1.0)
    by_fan_in = module.drawn_by_fan_in((), 0.05)
    assert by_fan_in.initial_weights["weight"] == (0.0, 0.1 if multiplied else 1.0)


def test_a_module_has_defaults_that_change_nothing() -> None:
    """They hold for a module without weights that keeps its map."""
    module, before = Module(), FeatureMap(channels=2, size=(3,))
    assert (module.settings, module.weight_axes, module.initial_weights) == ({}, {}, {})
    assert (module.weights, module.parameters, module.copies) == ((), 0, 0)
    assert (module.helper, module.spectral, module.zero_on_one_position) == (None, False, False)
    assert module.source_arguments("1", "1") == ((), {})
    assert (module.output_map(before), module.answer_fields(before)) == (before, {})
    assert module.multiply_adds(before) == module.extra_saved_for_backward(before) == 0
    assert not any((module.spatial, module.saves_input, module.saves_output, module.over_batch))


def test_a_name_in_answers_is_the_modules_own() -> None:
    """As the API lists them."""
    names = {module.op for module, _ in CASES.values()} | {Embedding(classes=2, dim=2).op}
    assert names == {
        "conv", "conv_transpose", "relu", "leaky_relu", "tanh", "sigmoid", "batch", "instance",
        "group", "layer", "average_pool", "upsample", "pixel_shuffle", "crop", "embedding",
        "linear", "flatten", "unflatten", "identity",
    }  # fmt: skip


def test_a_source_leaves_out_what_torch_assumes() -> None:
    """Arguments with torch's defaults, and no others."""
    for module, shape in CASES.values():
        if isinstance(module, ConvolutionModule):
            before = FeatureMap(channels=shape[0], size=shape[1:])
            after = module.output_map(before)
            _, named = module.source_arguments(str(before.channels), str(after.channels))
            defaults = inspect.signature(getattr(nn, module.torch_class)).parameters
            assert not [name for name, value in named.items() if defaults[name].default == value]


def test_a_layer_has_torchs_defaults() -> None:
    """A bias, and one group."""
    layer = Conv(in_channels=2, out_channels=2, windows=(KERNEL_3,))
    torch_layer = nn.Conv1d(2, 2, 3)
    assert (layer.bias, layer.groups) == (torch_layer.bias is not None, torch_layer.groups)


@pytest.mark.parametrize("size", [(10, 13), (13, 10), (10, 10), (13, 13)])
def test_resizing_is_even_if_it_is_on_every_axis(size: tuple[int, int]) -> None:
    """5 to 10 repeats each pixel twice, 5 to 13 some twice and some three times."""
    module = Upsample(size=size)
    assert module.answer_fields(FeatureMap(channels=1, size=(5, 5))) == {
        "exact": False, "even_overlap": size == (10, 10),
    }  # fmt: skip


@pytest.mark.parametrize("channels", range(1, 130))
def test_groups_are_as_many_as_divide_the_channels(channels: int) -> None:
    """At most 32, as in the paper."""
    dividing = [groups for groups in range(1, 33) if channels % groups == 0]
    assert group_count(channels) == dividing[-1]
    assert nn.GroupNorm(group_count(channels), channels)
