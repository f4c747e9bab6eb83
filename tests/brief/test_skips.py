"""Skips of a brief: what they imply, and what does not go with them."""

from __future__ import annotations

from typing import Any

import pytest

from designer.brief.brief_json import brief_document, brief_from_document
from designer.errors import InvalidLayer, InvalidRequest

UNET: dict[str, Any] = {"resolution": [300, 40], "encoder": True, "skips": "concat"}


def test_skips_imply_the_other_fields() -> None:
    """As the contract says: the channels of the picture, output padding; convolutions as in U-Net."""
    found = brief_document(brief_from_document(UNET))
    assert found["latent_dim"] is None
    assert found["initial_map"] == {"channels": 512, "size": []}
    assert (found["input_channels"], found["any_size"], found["blocks"]) == (3, "output_padding", 2)
    assert found["discriminator"] is None


def test_without_skips_the_other_fields_are_null() -> None:
    """A completed brief lists them all."""
    found = brief_document(brief_from_document({"resolution": 64}))
    assert (found["skips"], found["input_channels"], found["any_size"]) == ("none", None, None)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no encoder": ({"encoder": False}, "/skips: skips join an encoder with a decoder"),
    "latent": ({"latent_dim": 5}, "/latent_dim: latent_dim does not go with skips"),
    "factor": (
        {"factor": 4, "initial_map": {"channels": 3}, "resolution": None},
        "/factor: factor does not go with skips",
    ),
    "budget": ({"budget": {"parameters": 10**6}}, "/budget: budget does not go with skips"),
    "classes": ({"classes": 4}, "/classes"),
    "variational": ({"variational": True}, "/variational: variational does not go with skips"),
    "attention": ({"attention": [1]}, "/attention: attention does not go with skips"),
    "r3gan": ({"architecture": "r3gan"}, "/architecture: architecture=r3gan does not go with"),
    "no norm": (
        {"architecture": "resnet", "normalization": "none"},
        "/normalization: normalization=none does not go with skips",
    ),
    "discriminator": ({"discriminator": {}}, "/discriminator: discriminator does not go with"),
    "many convolutions": (
        {"blocks": [2, 4, 2]},
        "/blocks: with skips, a level has at most 3 convolutions on each arm, got 4",
    ),
    "sub-pixel": ({"upsampling": "subpixel"}, "/any_size: a pixel shuffle gives one size"),
    "inexact space": (
        {"any_size": "pad", "search": {"exact": "any"}},
        "/search/exact: inputs are padded to multiples",
    ),
    "inexact chain": (
        {"any_size": "pad", "chain": [{"kernel_size": 3, "stride": 2, "padding": 1}]},
        "/chain/0: inputs are padded to multiples of the strides, which needs exact windows: layer 0",
    ),
    "without skips": (
        {"skips": "none", "any_size": "pad"},
        "/any_size: any_size goes with skips alone",
    ),
    "channels without skips": (
        {"skips": "none", "input_channels": 4},
        "/input_channels: input_channels goes with skips alone",
    ),
    "an unknown join": ({"skips": "sum"}, "/skips: skips must be one of none, concat, add"),
    "no channels": ({"input_channels": 0}, "/input_channels: input_channels must be 1 to 4096"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_with_skips_is_refused_by_name(name: str) -> None:
    """With a pointer to the field."""
    change, start = REFUSED[name]
    with pytest.raises(InvalidRequest) as caught:
        brief_from_document({k: v for k, v in (UNET | change).items() if v is not None})
    found = [f"{error.pointer}: {error.detail}" for error in caught.value.errors]
    assert any(each.startswith(start) for each in found), found


def test_windows_need_no_output_padding() -> None:
    """The sizes are those of the way down; the id has the output padding of the way up."""
    window = {"kernel_size": 3, "stride": 2, "padding": 1}
    brief = brief_from_document(UNET | {"chain": [window] * 5})
    assert brief.windows is not None
    assert [step[0].output_padding for step in brief.windows] == [0, 1, 0, 1, 1]


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    """With the numbers of the map."""
    with pytest.raises(InvalidLayer, match="kernel spanning 30 px"):
        brief_from_document(UNET | {"chain": [{"kernel_size": 30, "stride": 2}] * 2})
