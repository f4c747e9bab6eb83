"""Transposed, resize and sub-pixel upsampling: equal sizes, predicted figures, even overlap."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from designer.brief.model import Brief
from designer.brief.options import Normalization
from designer.geometry.axis.nearest import has_uniform_repeats, nearest_repeats
from designer.geometry.layers import FeatureMap, Window
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.resizing import Upsample
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.pipeline.solve_brief import solve_brief
from tests.networks.network_factory import LONGER, PLAIN, assert_verified, make_gan, module_of

pytestmark = pytest.mark.torch

SHORTER = Window(kernel_size=3, stride=2, padding=1)
WAVEGAN = Window(kernel_size=25, stride=4, padding=11, output_padding=1)
STAYS = Window(kernel_size=3, padding=1)
CHAINS = {
    "64": ((64, 64), PLAIN, PLAIN, PLAIN, PLAIN),
    "17 x 16": ((17, 16), PLAIN, (LONGER, PLAIN)),
    "one less": ((15, 15), PLAIN, SHORTER),
    "many more": ((23, 23), Window(kernel_size=9, stride=2)),
    "many less": ((12, 12), Window(kernel_size=5, stride=3, padding=4)),
    "dilated": ((12, 12), Window(kernel_size=6, stride=3, padding=4, dilation=2)),
    "one axis": ((256,), WAVEGAN, WAVEGAN),
    "three axes": ((16, 18, 16), PLAIN, (PLAIN, Window(kernel_size=3, stride=3), PLAIN)),
    "an axis that stays": (
        (4, 16, 16),
        (STAYS, PLAIN, PLAIN),
        (Window(kernel_size=1), PLAIN, PLAIN),
    ),
    "axes that grow alike, then not": ((16, 32), PLAIN, (STAYS, PLAIN)),
}


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("upsampling", Upsampling)
def test_every_kind_of_upsampling_is_verified(chain: str, upsampling: Upsampling) -> None:
    """Every check of the receipt passes, along every kind of chain."""
    target, *steps = CHAINS[chain]
    assert_verified(make_gan(target, *steps, upsampling=upsampling))


@pytest.mark.parametrize("chain", CHAINS)
def test_the_sizes_are_the_same_in_all_upsamplings(chain: str) -> None:
    """The sizes after each stage do not depend on the upsampling."""
    target, *steps = CHAINS[chain]
    sizes = [
        [map_.size for map_ in make_gan(target, *steps, upsampling=kind).generator.feature_maps]
        for kind in Upsampling
    ]
    assert sizes[0] == sizes[1] == sizes[2]


@pytest.mark.parametrize(
    "resolution",
    [(11, 11), (53, 53), (87, 87), (172, 172), (53, 41), (4099,), (35, 41, 35)],
    ids=str,
)
def test_the_chain_is_the_same_in_all_upsamplings(resolution: tuple[int, ...]) -> None:
    """The order of preference does not depend on the upsampling, although the costs do."""
    chains = {
        solve_brief(Brief(resolution=resolution, latent_dim=100, upsampling=kind)).chain
        for kind in Upsampling
    }
    assert len(chains) == 1


def stage_overlap(gan: Gan) -> list[tuple[float, float]]:
    """Per stage, the least and the largest gradient of its sum with respect to an inner pixel.

    With kernels of ones this is how often a pixel is used.
    """
    layers = list(module_of(gan).Generator().main)
    found = []
    for block in gan.generator.blocks[1:]:
        modules = [
            layers[index]
            for index in range(first_module_index(gan, block), first_module_index(gan, block) + 3)
        ]
        stage = nn.Sequential(*[m for m in modules if type(m).__name__ in ENLARGING])
        convolution = next(m for m in stage if hasattr(m, "weight"))
        nn.init.ones_(convolution.weight)
        before = gan.generator.feature_maps[gan.generator.blocks.index(block)]
        value = torch.zeros(1, *before.shape, requires_grad=True)
        stage(value).sum().backward()
        assert value.grad is not None
        inner = value.grad[0, 0]
        for axis, side in enumerate(inner.shape):
            inner = inner.narrow(axis, side // 3, side - 2 * (side // 3))
        found.append((float(inner.min()), float(inner.max())))
    return found


ENLARGING = {
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
    "Upsample", "PixelShuffle", "PixelShuffle1d", "PixelShuffle2d", "PixelShuffle3d",
    "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
}  # fmt: skip


def first_module_index(gan: Gan, block: object) -> int:
    """Index of a block's first module in ``main``."""
    before = gan.generator.blocks[: gan.generator.blocks.index(block)]  # type: ignore[arg-type]
    return sum(len(other.modules) for other in before)


def paint_counts(window: Window, side: int) -> list[float]:
    """Contributions of a transposed convolution to each inner pixel, measured on ones."""
    layer = nn.ConvTranspose1d(
        1, 1, window.kernel_size, window.stride, window.padding, window.output_padding, bias=False
    )
    nn.init.ones_(layer.weight)
    counts: list[float] = layer(torch.ones(1, 1, side))[0, 0].tolist()
    return counts[window.kernel_size : -window.kernel_size]


@pytest.mark.parametrize("upsampling", [Upsampling.RESIZE, Upsampling.SUBPIXEL])
@pytest.mark.parametrize(
    ("target", "step"),
    [
        ((65, 65), LONGER),
        ((64, 64), PLAIN),
        ((63, 63), SHORTER),
        ((96, 96), Window(kernel_size=5, stride=3, padding=1)),
        ((128,), WAVEGAN),
        ((24, 24, 24), PLAIN),
    ],
)
def test_resizing_and_shuffling_use_every_pixel_equally(
    upsampling: Upsampling, target: tuple[int, ...], step: Window
) -> None:
    """Away from the border the gradient of a stage's sum is constant."""
    ((least, largest),) = stage_overlap(make_gan(target, step, upsampling=upsampling))
    assert least == largest > 0


@pytest.mark.parametrize(
    ("window", "even"),
    [(PLAIN, True), (Window(kernel_size=5, stride=2, padding=2), False), (WAVEGAN, False),
     (Window(kernel_size=24, stride=4, padding=10), True)],
)  # fmt: skip
def test_transposed_convolutions_overlap_as_predicted(window: Window, even: bool) -> None:
    """The overlap is even exactly if the stride divides the kernel."""
    assert window.overlaps_evenly is even
    assert (len(set(paint_counts(window, 32))) == 1) is even


@given(before=st.integers(1, 300), extra=st.integers(0, 600))
def test_nearest_neighbours_repeat_as_predicted(before: int, extra: int) -> None:
    """The prediction equals the counts of torch's own choice of pixels."""
    after = before + extra
    places = nn.Upsample(size=after)(torch.arange(before, dtype=torch.float32).view(1, 1, -1))
    counts = torch.bincount(places.flatten().long(), minlength=before)
    assert nearest_repeats(before, after) == counts.tolist()


@pytest.mark.parametrize(("before", "after"), [(8192, 16384), (5000, 16383), (16383, 16384)])
def test_nearest_neighbours_of_large_maps_repeat_as_predicted(before: int, after: int) -> None:
    """Single precision rounds wrongly there, and the prediction follows it."""
    places = nn.Upsample(size=after)(torch.arange(before, dtype=torch.float32).view(1, 1, -1))
    counts = torch.bincount(places.flatten().long(), minlength=before)
    assert nearest_repeats(before, after) == counts.tolist()


@pytest.mark.parametrize("stride", [2, 3, 7, 40, 41, 47, 48, 61, 97, 128])
@pytest.mark.parametrize("side", [5, 64, 257])
def test_whole_factors_are_even_where_torch_repeats_evenly(side: int, stride: int) -> None:
    """In single precision 1/41 is too small, so even an integer factor repeats unevenly."""
    places = nn.Upsample(scale_factor=stride)(torch.arange(float(side)).view(1, 1, -1))
    counts = torch.bincount(places.flatten().long(), minlength=side).tolist()
    assert has_uniform_repeats(side, side * stride) is (set(counts) == {stride})
    before = FeatureMap(channels=1, size=(side,))
    assert Upsample(factors=(stride,)).answer_fields(before)["even_overlap"] is (
        len({*counts[1:-1]}) == 1
    )


@pytest.mark.parametrize("norm", [Normalization.NONE, Normalization.BATCH])
@pytest.mark.parametrize("latent_dim", [16, 512])
def test_a_volume_of_fewer_numbers_than_its_latent_vector_is_verified(
    latent_dim: int, norm: Normalization
) -> None:
    """There torch's transposed convolution of three axes saves a buffer as large as its input."""
    gan = make_gan(
        (4, 4, 4), PLAIN, latent_dim=latent_dim, base_channels=1, normalization=norm, style=None
    )
    assert_verified(gan)


@pytest.mark.parametrize("stride", [47, 48, 55])
def test_large_factors_are_verified(stride: int) -> None:
    """Products of their inverses are rounded in both precisions."""
    window = Window(kernel_size=stride, stride=stride)
    gan = make_gan(
        (4 * stride,),
        window,
        upsampling=Upsampling.RESIZE,
        style=None,
        normalization=Normalization.NONE,
    )
    assert_verified(gan)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("upsampling", Upsampling)
@pytest.mark.parametrize(
    "normalization", [Normalization.BATCH, Normalization.LAYER, Normalization.NONE]
)
def test_the_solvers_costs_are_the_generators(
    chain: str, upsampling: Upsampling, normalization: Normalization
) -> None:
    """The costs by which the solver compares chains are those of the generator."""
    target, *steps = CHAINS[chain]
    starts: list[dict[str, Any]] = [{}, {"classes": 4}, {"latent_dim": None, "initial_channels": 6}]
    for start in starts:
        gan = make_gan(target, *steps, upsampling=upsampling, normalization=normalization, **start)
        assert generator_costs(gan) == (gan.generator.parameters, gan.generator.multiply_adds)


def generator_costs(gan: Gan) -> tuple[int, int]:
    """Parameters and multiply-adds computed from widths alone."""
    chain, widths = gan.chain, gan.widths
    layers = len(chain.windows)
    parameters = widths.stem_parameters(layers, chain.initial_size)
    multiply_adds = widths.stem_multiply_adds(layers, chain.initial_size)
    for index, windows in enumerate(chain.windows):
        depth = layers - 1 - index
        parameters += widths.layer_parameters(depth, windows)
        multiply_adds += widths.layer_multiply_adds(depth, windows, chain.sizes[index])
    return parameters, multiply_adds


def test_icnr_makes_nearest_neighbours_at_the_start() -> None:
    """A sub-pixel layer starts as nearest-neighbor upsampling, without a checkerboard."""
    gan = make_gan((16, 16), PLAIN, upsampling=Upsampling.SUBPIXEL)
    module = module_of(gan)
    generator = module.Generator().apply(module.weights_init)
    conv, shuffle = generator.main[3], generator.main[4]
    assert isinstance(gan.generator.placed_modules[3].module, ConvolutionModule)
    image = shuffle(conv(torch.randn(1, *gan.generator.placed_modules[3].before.shape)))
    blocks = image.unfold(2, 2, 2).unfold(3, 2, 2)
    assert torch.allclose(blocks, blocks[..., :1, :1].expand_as(blocks))
