"""Networks that a chain allows and that are refused: constant ones, and ones that are too large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.widths import Widths
from designer.errors import InvalidRequest
from designer.geometry.chain import Chain
from designer.geometry.layers import FeatureMap, Window
from designer.geometry.modules.labels import Embedding
from designer.geometry.resampling import Upsampling
from designer.networks import assemble_gan, receptive_fields
from designer.networks.from_brief import assemble_networks, parameter_errors
from designer.networks.network import place_embedding
from designer.validation.limits import MAX_PARAMETERS
from tests.networks.network_factory import PLAIN, make_gan

APART = Window(kernel_size=2, stride=2, padding=3, dilation=7)
"""Both taps of each of two positions fall on padding."""

CHAIN = Chain.leading_to((8,), ((APART,), (PLAIN,)))
BRIEF = Brief(resolution=(8,), latent_dim=4, verify=Level.NONE)


def refusal_of(brief: Brief, chain: Chain = CHAIN) -> InvalidRequest:
    """The refusal of the networks along a chain."""
    with pytest.raises(InvalidRequest) as refused:
        assemble_networks(brief, chain)
    return refused.value


@pytest.mark.parametrize("encoder", [False, True])
@pytest.mark.parametrize("has_discriminator", [False, True])
@pytest.mark.parametrize("upsampling", Upsampling)
def test_taps_on_padding_are_refused_where_a_network_has_them(
    upsampling: Upsampling, has_discriminator: bool, encoder: bool
) -> None:
    """A generator that resizes has none, but its mirrors do: discriminator and encoder."""
    brief = replace(BRIEF, upsampling=upsampling, encoder=encoder)
    brief = brief if has_discriminator else replace(brief, discriminator=None)
    if upsampling is Upsampling.TRANSPOSED or has_discriminator or encoder:
        refusal = refusal_of(brief)
        assert refusal.code == "taps_on_padding"
        assert refusal.facts["dilations"] == [7, 1]
        assert "dilation 7" in str(refusal)
    else:
        assert assemble_networks(brief, CHAIN).generator.output_map.size == (8,)


def test_the_first_network_that_is_too_large_is_named() -> None:
    """One error, though generator and discriminator both are; all of them without a refusal."""
    steps = ((PLAIN,) * 2,) * 4
    brief = Brief(
        resolution=64, latent_dim=100, base_channels=4096, max_channels=8192, verify=Level.NONE
    )
    chain = Chain.leading_to((64, 64), steps)
    errors = parameter_errors(brief, chain)
    assert len(errors) == 2
    assert all(error.facts["parameters"] > MAX_PARAMETERS for error in errors)  # type: ignore[operator]
    assert refusal_of(brief, chain).errors == tuple(errors[:1])


def test_a_label_is_one_number() -> None:
    """It becomes a vector without axes."""
    placed = place_embedding(Embedding(classes=3, dim=5))
    assert placed.before == FeatureMap(channels=1, size=())
    assert placed.after == FeatureMap(channels=5, size=())


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_map_made_of_a_latent_vector_has_fields_of_one_position(axes: int) -> None:
    """They are counted in positions of that map."""
    gan = make_gan((8,) * axes, PLAIN)
    assert receptive_fields(gan.generator)[0] == (1,) * axes


def test_a_design_has_no_encoder_unless_it_is_requested() -> None:
    """Its networks are a generator and DCGAN's discriminator."""
    widths = Widths(latent_dim=4, channels=1, base_channels=4, max_channels=8)
    gan = assemble_gan(Chain.leading_to((8,), ((PLAIN,),)), widths)
    assert [*gan.networks] == ["generator", "discriminator"]
    assert gan.encoder is None
