"""Briefs of R3GAN: their defaults, and the options that do not go with it."""

from __future__ import annotations

from typing import Any

import pytest

from designer import design
from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.search_space import Overlap
from designer.errors import InvalidRequest

R3GAN: dict[str, Any] = {"resolution": 32, "architecture": "r3gan"}
MAP = {"channels": 4, "size": 4}
DILATED = {"kernel_size": 3, "stride": 2, "dilation": 3, "padding": 2}
PLAIN = {"kernel_size": 4, "stride": 2, "padding": 1}

PUBLISHED: dict[str, Any] = {
    "blocks": 2,
    "attention": None,
    "expansion": 2,
    "group_width": 16,
    "upsampling": "transposed",
    "normalization": "none",
    "output_activation": "none",
    "initialization": {"generator": "variance", "discriminator": "variance"},
}
"""What a brief leaves out, as published; the discriminator has neither a norm nor an activation."""

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "initial_map": ({"initial_map": MAP}, "initial_map", "/initial_map"),
    "factor": ({"factor": 8, "initial_map": MAP, "resolution": None}, "factor", "/factor"),
    "encoder": ({"encoder": True}, "encoder", "/encoder"),
    "attention": ({"attention": [1]}, "attention", "/attention"),
    "resize": ({"upsampling": "resize"}, "upsampling=resize", "/upsampling"),
    "subpixel": ({"upsampling": "subpixel"}, "upsampling=subpixel", "/upsampling"),
    "batch": ({"normalization": "batch"}, "normalization=batch", "/normalization"),
    "instance": ({"normalization": "instance"}, "normalization=instance", "/normalization"),
    "layer": ({"normalization": "layer"}, "normalization=layer", "/normalization"),
    "group": ({"normalization": "group"}, "normalization=group", "/normalization"),
    "conditional": (
        {"normalization": "conditional_batch", "classes": 10},
        "normalization=conditional_batch",
        "/normalization",
    ),
    "spectral": (
        {"discriminator": {"normalization": "spectral"}},
        "discriminator.normalization=spectral",
        "/discriminator/normalization",
    ),
    "own batch": (
        {"discriminator": {"normalization": "batch"}},
        "discriminator.normalization=batch",
        "/discriminator/normalization",
    ),
    "patch": ({"discriminator": {"patch": 10}}, "discriminator.patch", "/discriminator/patch"),
    "probability": (
        {"discriminator": {"output": "probability"}},
        "discriminator.output=probability",
        "/discriminator/output",
    ),
    "initialization": (
        {"initialization": "dcgan"},
        "initialization.generator=dcgan",
        "/initialization/generator",
    ),
    "own initialization": (
        {"initialization": {"discriminator": "dcgan"}},
        "initialization.discriminator=dcgan",
        "/initialization/discriminator",
    ),
    "dilations": ({"search": {"dilations": [1, 3]}}, "search.dilations", "/search/dilations"),
    "dilated window": ({"chain": [PLAIN, DILATED]}, "chain.1.dilation", "/chain/1/dilation"),
}
"""Fields beside ``R3GAN``, how the refusal names them, and its pointer."""


def test_what_an_r3gan_brief_leaves_out_is_published() -> None:
    """Also beside a discriminator that says less, and where null stands for what is left out."""
    nulls = dict.fromkeys(["blocks", "expansion", "group_width", "initialization", "attention"])
    for more in ({}, {"discriminator": {"base_channels": 16}}, nulls):
        document: Any = brief_document(brief_from_document(R3GAN | more))
        assert {name: document[name] for name in PUBLISHED} == PUBLISHED
        assert document["discriminator"]["normalization"] == "none"
        assert document["discriminator"]["output"] == "logit"
    assert brief_from_document(R3GAN | {"discriminator": None}).discriminator_style is None


def test_what_a_brief_states_stays() -> None:
    """Of the fields that an R3GAN completes otherwise."""
    stated: dict[str, Any] = {
        "blocks": [1, 2],
        "expansion": 4,
        "group_width": 32,
        "output_activation": "tanh",
        "normalization": "none",
        "upsampling": "transposed",
        "initialization": {"generator": "variance", "discriminator": "variance"},
    }
    document: Any = brief_document(brief_from_document(R3GAN | stated))
    assert {name: document[name] for name in stated} == stated


@pytest.mark.parametrize("architecture", ["dcgan", "resnet"])
def test_the_defaults_of_other_architectures_stay(architecture: str) -> None:
    """They have norms and a Tanh, and no shape of blocks."""
    brief = brief_from_document({"resolution": 32, "architecture": architecture})
    assert (brief.normalization, brief.output_activation) == ("batch", "tanh")
    assert (brief.expansion, brief.group_width) == (None, None)


@pytest.mark.parametrize("architecture", ["dcgan", "resnet"])
@pytest.mark.parametrize("name", ["expansion", "group_width"])
def test_the_shape_of_blocks_needs_an_r3gan(architecture: str, name: str) -> None:
    said = f"{name} does not go with the architecture {architecture}"
    with pytest.raises(InvalidRequest, match=said) as refusal:
        brief_from_document({"resolution": 32, "architecture": architecture, name: 2})
    assert [error.pointer for error in refusal.value.errors] == [f"/{name}"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_with_it_is_refused_by_name(name: str) -> None:
    """With its pointer, so that a caller can take it out."""
    fields, shown, pointer = REFUSED[name]
    document = {key: value for key, value in (R3GAN | fields).items() if value is not None}
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document(document)
    errors = {error.pointer: error for error in refusal.value.errors}
    assert errors[pointer].detail == f"{shown} does not go with the architecture r3gan"
    assert errors[pointer].code == "contradiction"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expansion": 0}, "expansion must be 1 to 8, got 0"),
        ({"expansion": 9}, "expansion must be 1 to 8, got 9"),
        ({"group_width": 0}, "group_width must be 1 to 65536, got 0"),
        ({"group_width": "wide"}, "group_width must be an integer"),
        ({"expansion": 1.5}, "expansion must be an integer"),
        ({"blocks": [2, 9]}, r"blocks\[1\] must be 1 to 8, got 9"),
    ],
)
def test_wrong_shapes_of_blocks_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        brief_from_document(R3GAN | fields)


@pytest.mark.parametrize("pointer", ["/blocks", "/discriminator/blocks"])
@pytest.mark.parametrize("listed", [3, 5])
def test_a_list_of_blocks_has_one_entry_more_than_steps(pointer: str, listed: int) -> None:
    """The first level is the initial map itself; the refusal names both numbers, and the chain."""
    blocks = {"blocks": [1] * listed}
    fields = {"discriminator": blocks} if pointer.startswith("/disc") else blocks
    with pytest.raises(InvalidRequest) as refusal:
        design(32, architecture="r3gan", verify="none", **fields)
    (error,) = refusal.value.errors
    assert error.pointer == pointer
    assert error.detail == (
        f"blocks lists {listed} levels, but the chain of 4×4, 8×8, 16×16, 32×32 has 4"
    )
    assert error.facts == {"blocks": listed, "levels": 4}


def test_lists_of_blocks_are_those_of_the_levels() -> None:
    """By default the discriminator has the generator's in reverse; its own list starts at the picture."""
    for fields, own in (
        ({}, (3, 1, 2, 1)),
        ({"discriminator": {"blocks": [2, 1, 1, 1]}}, (2, 1, 1, 1)),
    ):
        made = design(32, architecture="r3gan", blocks=[1, 2, 1, 3], verify="none", **fields)
        assert made.gan.discriminator_levels == own
        sizes = [
            [entry.after.size[0] for entry in network.main if hasattr(entry, "body")]
            for network in made.gan.networks.values()
        ]
        assert sizes[0] == [4, 8, 8, 16, 32, 32, 32]
        assert sizes[1] == [
            side for side, count in zip((32, 16, 8, 4), own, strict=True) for _ in range(count)
        ]


def test_fixed_filters_weigh_no_overlap() -> None:
    """They add up to one everywhere, so the solver need not avoid an uneven one, unless the brief requires even ones."""
    assert brief_from_document(R3GAN).space.overlap is Overlap.ANY
    stated = brief_from_document(R3GAN | {"search": {"overlap": "even"}})
    assert stated.space.overlap is Overlap.EVEN
