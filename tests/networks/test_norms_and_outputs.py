"""Norms, outputs, labels, patch discriminators and decoders against every prediction."""

from __future__ import annotations

import pytest
import torch

from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.brief.widths import Widths
from designer.errors import InvalidRequest
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.norms import GroupNorm, Norm
from designer.geometry.resampling import Upsampling
from designer.networks import Block, assemble_gan, solve_patch
from tests.networks.network_factory import PLAIN, assert_verified, make_gan, module_of
from tests.plain_norms import PLAIN_NORMS

pytestmark = pytest.mark.torch

OF_GENERATORS = [kind for kind in PLAIN_NORMS if kind is not Normalization.SPECTRAL]
SIZES = {
    "one axis": ((64,), Window(kernel_size=24, stride=4, padding=10), PLAIN),
    "two axes": ((24, 16), PLAIN, PLAIN),
    "three axes": ((8, 8, 12), PLAIN, PLAIN),
}
PAIRED = [pytest.param(size, marks=[pytest.mark.soak] * (size != "two axes")) for size in SIZES]
"""All sizes in a soak run, else two axes: ``test_pairs_of_options`` verifies the rest of the pairs."""


def norms_of(block: Block) -> list[Norm]:
    """The norms among a block's modules."""
    return [module for module in block.modules if isinstance(module, Norm)]


@pytest.mark.parametrize("size", PAIRED)
@pytest.mark.parametrize("normalization", OF_GENERATORS)
def test_every_norm_of_a_generator_is_verified(size: str, normalization: Normalization) -> None:
    """At three sizes, with an encoder, which has the same norms."""
    target, *steps = SIZES[size]
    assert_verified(make_gan(target, *steps, normalization=normalization, encoder=True, style=None))


STYLES = [
    *(DiscriminatorStyle(normalization=normalization) for normalization in PLAIN_NORMS),
    *(DiscriminatorStyle(normalization=Normalization.LAYER, output=output) for output in Output),
    DiscriminatorStyle(base_channels=6),
]


@pytest.mark.parametrize("size", PAIRED)
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_norm_output_and_width_of_a_discriminator_is_verified(
    size: str, style: DiscriminatorStyle
) -> None:
    """At three sizes; on two axes also with labels."""
    target, *steps = SIZES[size]
    classes = 3 if size == "two axes" else None
    assert_verified(make_gan(target, *steps, style=style, classes=classes))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("normalization", [Normalization.INSTANCE, Normalization.SPECTRAL])
@pytest.mark.parametrize("classes", [None, 4])
def test_every_patch_discriminator_is_verified(
    size: str, normalization: Normalization, classes: int | None
) -> None:
    """Also with labels: a projection at each position of the head's window."""
    target, *steps = SIZES[size]
    style = DiscriminatorStyle(normalization=normalization, output=Output.LOGIT, patch=13)
    gan = make_gan(target, *steps, style=style, classes=classes)
    assert gan.discriminator is not None
    assert not gan.discriminator.flat
    assert_verified(gan)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("upsampling", Upsampling)
def test_every_decoder_is_verified(size: str, upsampling: Upsampling) -> None:
    """From a given map, with an encoder back to it and with a discriminator."""
    target, *steps = SIZES[size]
    start = {"latent_dim": None, "initial_channels": 7}
    gan = make_gan(target, *steps, encoder=True, upsampling=upsampling, **start)
    assert gan.encoder is not None
    assert gan.encoder.output_map == gan.generator.input_map
    assert_verified(gan)


def test_an_encoder_of_a_latent_design_gives_latent_vectors() -> None:
    """The encoder's output has the shape of the generator's input."""
    gan = make_gan((16, 16), PLAIN, PLAIN, encoder=True)
    module = module_of(gan)
    code = module.Encoder()(torch.zeros(2, 3, 16, 16))
    assert code.shape == (2, 5, 1, 1)
    assert module.Generator()(code).shape == (2, 3, 16, 16)


def test_a_layer_has_a_bias_unless_a_norm_follows_and_the_dcgan_has_none() -> None:
    """The shift of a norm makes a bias before it redundant; DCGAN has no bias at all."""
    for normalization in PLAIN_NORMS:
        style = DiscriminatorStyle(normalization=normalization)
        normalizes_maps = normalization.normalizes_maps
        gan = make_gan(
            (16, 16),
            PLAIN,
            PLAIN,
            style=style,
            normalization=normalization if normalizes_maps else Normalization.NONE,
        )
        for network in gan.networks.values():
            for block in network.blocks:
                has_bias = len(block.convolution.weights) > 1
                if network is gan.discriminator or normalizes_maps:
                    wanted = normalization is not Normalization.BATCH and not norms_of(block)
                    assert has_bias is wanted


def test_labels_change_the_picture_and_its_score() -> None:
    """Another label gives another picture, and another score of the same picture."""
    module = module_of(make_gan((16, 16), PLAIN, PLAIN, classes=10))
    torch.manual_seed(0)
    generator = module.Generator().apply(module.weights_init).eval()
    discriminator = module.Discriminator().apply(module.weights_init).eval()
    latent = torch.randn(1, 5, 1, 1)
    one, other = torch.tensor([0]), torch.tensor([9])
    assert not torch.equal(generator(latent, one), generator(latent, other))
    picture = torch.randn(1, 3, 16, 16)
    assert not torch.equal(discriminator(picture, one), discriminator(picture, other))


def test_the_projection_is_an_inner_product_with_the_mean_of_the_features() -> None:
    """Miyato & Koyama's formula, with the mean over the map in place of the sum."""
    style = DiscriminatorStyle(output=Output.LOGIT, normalization=Normalization.NONE)
    module = module_of(make_gan((16, 16), PLAIN, PLAIN, style=style, classes=3))
    discriminator = module.Discriminator().eval()
    pictures, labels = torch.randn(4, 3, 16, 16), torch.tensor([0, 2, 1, 1])
    features = discriminator.main(pictures)
    vectors = discriminator.embedding.weight[labels]
    wanted = discriminator.head(features).flatten() + (vectors * features.mean((2, 3))).sum(1)
    assert torch.allclose(discriminator(pictures, labels), wanted, atol=1e-5)


@pytest.mark.parametrize("kind", [Normalization.INSTANCE, Normalization.GROUP])
def test_a_norm_of_a_single_position_is_refused(kind: Normalization) -> None:
    """Its output would always be zero, and torch refuses to run it."""
    chain = Chain.leading_to((4, 4), ((Window(kernel_size=4),) * 2,))
    widths = Widths(latent_dim=5, channels=1, base_channels=8, max_channels=8, normalization=kind)
    with pytest.raises(InvalidRequest, match="a map of a single position, 8×1×1") as refused:
        assemble_gan(chain, widths, None)
    assert refused.value.code == "norm_of_one_position"


@pytest.mark.parametrize(("channels", "groups"), [(64, 32), (48, 24), (34, 17), (8, 8), (7, 7)])
def test_groups_are_thirty_two_or_the_largest_divisor_below(channels: int, groups: int) -> None:
    """In the figures and in the source."""
    gan = make_gan(
        (8, 8), PLAIN, base_channels=channels, max_channels=64, normalization=Normalization.GROUP
    )
    (norm,) = norms_of(gan.generator.blocks[0])
    assert isinstance(norm, GroupNorm)
    assert norm.groups == groups
    assert module_of(gan).Generator().main[1].num_groups == groups


def test_the_patch_discriminator_of_70_pixels_is_pix2pixs() -> None:
    """It has five layers of kernel 4 and 30×30 outputs at 256×256."""
    windows = solve_patch(70, (256, 256))
    assert [w[0].kernel_size for w in windows] == [4, 4, 4, 4, 4]
    assert [w[0].stride for w in windows] == [2, 2, 2, 1, 1]
    chain = Chain.leading_to((256, 256), ((PLAIN,) * 2,) * 6)
    widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    gan = assemble_gan(chain, widths, DiscriminatorStyle(patch=70))
    assert gan.discriminator is not None
    assert gan.discriminator.output_map.shape == (1, 30, 30)
    layers = [
        p.module
        for p in gan.discriminator.placed_modules
        if isinstance(p.module, ConvolutionModule)
    ]
    assert [m.layer.out_channels for m in layers] == [64, 128, 256, 512, 1]
    normed = [
        p.before.channels for p in gan.discriminator.placed_modules if isinstance(p.module, Norm)
    ]
    assert normed == [128, 256, 512]


@pytest.mark.parametrize(("field", "strided"), [(16, 1), (34, 2), (142, 4), (286, 5)])
def test_the_other_patch_discriminators_are_pix2pixs(field: int, strided: int) -> None:
    """Kernel 4 throughout, each with one more layer of stride 2."""
    windows = solve_patch(field, (256, 256))
    assert {w[0].kernel_size for w in windows} == {4}
    assert [w[0].stride for w in windows] == [2] * strided + [1, 1]


@pytest.mark.parametrize("field", [*range(1, 120), 200, 286, 333])
def test_every_patch_has_exactly_its_receptive_field(field: int) -> None:
    """The field of a sequence of layers is 1 + Σ (F − 1)·∏S, S the strides before each layer."""
    seen, step = 1, 1
    for window in (w[0] for w in solve_patch(field, (128, 128))):
        seen += (window.kernel_size - 1) * step
        step *= window.stride
    assert seen == field


def test_an_impossible_patch_is_refused_with_the_nearest_ones() -> None:
    """The nearest fields are possible."""
    with pytest.raises(InvalidRequest, match="the nearest fields are") as refused:
        solve_patch(5_000, (64, 64))
    assert refused.value.code == "no_patch"
    nearest = refused.value.facts["nearest"]
    assert isinstance(nearest, list)
    assert [solve_patch(field, (64, 64)) for field in nearest]
