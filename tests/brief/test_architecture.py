"""Residual briefs: their defaults, and the options that do not go with an architecture."""

from __future__ import annotations

from typing import Any

import pytest

from designer import design
from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.search_space import Overlap
from designer.errors import InvalidRequest

RESNET: dict[str, Any] = {"resolution": 32, "architecture": "resnet"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "initial_map": ({"initial_map": {"channels": 4, "size": 4}}, "initial_map"),
    "factor": (
        {"factor": 8, "initial_map": {"channels": 4, "size": 4}, "resolution": None},
        "factor",
    ),
    "encoder": ({"encoder": True}, "encoder"),
    "normalization": ({"normalization": "none"}, "normalization=none"),
    "patch": ({"discriminator": {"patch": 10}}, "discriminator.patch"),
    "discriminator": ({"discriminator": {"normalization": "none"}}, "discriminator.normalization=none"),
    "output": ({"discriminator": {"output": "probability"}}, "discriminator.output=probability"),
    "initialization": ({"initialization": "variance"}, "initialization.generator=variance"),
}  # fmt: skip
"""Fields beside ``RESNET``, and how the refusal names them."""


def test_what_a_residual_brief_leaves_out_is_published() -> None:
    """One block per level; spectral norm and a logit, also of a discriminator that says less."""
    for style in ({}, {"discriminator": {"base_channels": 16}}):
        brief = brief_from_document(RESNET | style)
        document: Any = brief_document(brief)
        assert document["blocks"] == 1
        assert document["discriminator"]["normalization"] == "spectral"
        assert document["discriminator"]["output"] == "logit"
        assert document["initialization"] == {"generator": "dcgan", "discriminator": "dcgan"}
    assert brief_from_document({"resolution": 32}).blocks is None


@pytest.mark.parametrize("upsampling", ["transposed", "resize", "subpixel"])
def test_only_transposed_blocks_weigh_their_overlap(upsampling: str) -> None:
    """Unless the brief asks for something else."""
    given = RESNET | {"upsampling": upsampling}
    weighed = upsampling == "transposed"
    expected = Overlap.PREFER if weighed else Overlap.ANY
    assert brief_from_document(given).space.overlap is expected
    assert brief_from_document(given | {"search": {"strides": [2]}}).space.overlap is expected
    assert (
        brief_from_document(given | {"search": {"overlap": "even"}}).space.overlap is Overlap.EVEN
    )
    assert brief_from_document({"resolution": 32, "upsampling": upsampling}).space.overlap is (
        Overlap.PREFER
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_together_is_refused_by_name(name: str) -> None:
    fields, shown = REFUSED[name]
    document = {key: value for key, value in (RESNET | fields).items() if value is not None}
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document(document)
    details = [error.detail for error in refusal.value.errors]
    assert f"{shown} does not go with the architecture resnet" in details


CONDITIONAL: dict[str, Any] = {"normalization": "conditional_batch"}


def test_a_conditional_norm_needs_residual_networks() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document({"resolution": 32, "classes": 10} | CONDITIONAL)
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == ("/normalization", "contradiction")
    said = "normalization=conditional_batch does not go with the architecture dcgan"
    assert error.detail == said


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        (CONDITIONAL, "/normalization"),
        (CONDITIONAL | {"discriminator": None}, "/normalization"),
        ({"discriminator": CONDITIONAL}, "/discriminator/normalization"),
        ({"discriminator": CONDITIONAL, "classes": 10}, "/discriminator/normalization"),
        (
            CONDITIONAL | {"discriminator": CONDITIONAL, "classes": 10},
            "/discriminator/normalization",
        ),
    ],
)
def test_a_conditional_norm_needs_the_labels_of_a_generator(
    fields: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document(RESNET | fields)
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == (pointer, "contradiction")
    assert error.detail == "class-conditional batch norm is for a generator with classes"


@pytest.mark.parametrize("fields", [{"blocks": 2}, {"discriminator": {"blocks": [1, 2]}}])
def test_blocks_need_residual_networks(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="does not go with the architecture dcgan"):
        brief_from_document({"resolution": 32} | fields)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (0, "blocks must be 1 to 8, got 0"),
        (9, "blocks must be 1 to 8, got 9"),
        ([1, 9], r"blocks\[1\] must be 1 to 8, got 9"),
        ([], "blocks must have 1 to 64 entries, got 0"),
        ("two", "blocks must be an integer"),
    ],
)
def test_wrong_numbers_of_blocks_are_refused(blocks: object, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        brief_from_document(RESNET | {"blocks": blocks})


def test_a_list_has_a_number_for_each_level() -> None:
    """The refusal names both numbers, and the chain."""
    with pytest.raises(InvalidRequest) as refusal:
        design(32, architecture="resnet", blocks=[1, 2], verify="none")
    (error,) = refusal.value.errors
    assert error.detail == "blocks lists 2 levels, but the chain of 4×4, 8×8, 16×16, 32×32 has 3"
    assert error.facts == {"blocks": 2, "levels": 3}
    made = design(32, architecture="resnet", blocks=[1, 2, 3], verify="none")
    assert made.code.count("same_block(width") == 3


def test_a_discriminator_of_any_architecture_has_its_own_cap() -> None:
    """``discriminator.max_channels`` limits its widths alone."""
    made = design(64, discriminator={"max_channels": 96}, verify="none")
    assert made.gan.discriminator is not None
    assert max(placed.after.channels for placed in made.gan.discriminator.placed_modules) == 96
    assert max(placed.after.channels for placed in made.gan.generator.placed_modules) == 512


def test_levels_of_attention_are_listed_in_ascending_order() -> None:
    """One number is a list of one."""
    for given, levels in ((2, [2]), ([3, 1], [1, 3]), (None, None)):
        document: Any = brief_document(brief_from_document(RESNET | {"attention": given}))
        assert document["attention"] == levels


@pytest.mark.parametrize(
    ("attention", "said"),
    [
        (0, "attention must be 1 to 63, got 0"),
        ([1, -1], r"attention\[1\] must be 1 to 63, got -1"),
        (64, "attention must be 1 to 63, got 64"),
        ([], "attention must have 1 to 64 entries, got 0"),
        ([2, 1, 2], r"attention\[2\] names level 2 again"),
        ("last", "attention must be an integer"),
        ([1.5], "must be an integer"),
    ],
)
def test_wrong_levels_of_attention_are_refused(attention: object, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        brief_from_document(RESNET | {"attention": attention})


def test_attention_needs_residual_networks() -> None:
    with pytest.raises(InvalidRequest, match="attention does not go with the architecture dcgan"):
        brief_from_document({"resolution": 32, "attention": [1]})


@pytest.mark.parametrize("level", [3, 4])
def test_attention_at_the_pictures_size_or_beyond_is_refused(level: int) -> None:
    """The refusal names the level, the number of levels, and the chain."""
    with pytest.raises(InvalidRequest) as refusal:
        design(32, architecture="resnet", attention=[1, level], verify="none")
    (error,) = refusal.value.errors
    assert error.pointer == "/attention/1"
    assert error.detail == (
        f"attention cannot follow level {level}: the chain of 4×4, 8×8, 16×16, 32×32 has 3 levels,"
        " and the last one has the picture's size"
    )
    assert error.facts == {"level": level, "levels": 3}


def test_attention_that_reads_one_position_is_refused() -> None:
    """Its softmax would be constant, and two of its layers never trained."""
    space = {"initial_size": [1, 1], "kernel_sizes": [4], "strides": [2]}
    given: dict[str, Any] = {"architecture": "resnet", "search": space, "normalization": "layer"}
    with pytest.raises(
        InvalidRequest, match="every position of its map of 2×2 would read a single"
    ):
        design(16, attention=1, verify="none", **given)
    assert design(16, attention=2, verify="none", **given).gan.generator.is_residual
