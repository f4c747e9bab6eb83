"""An id contains the whole design, is canonical, and is refused if it was altered."""

from __future__ import annotations

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.permalink import MAX_ID_LENGTH, _checksum, read_id, write_id
from designer.brief.search_space import Budget, SearchSpace
from designer.errors import DamagedId, DesignerError, UnknownIdVersion
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from tests.brief.permalink.random_designs import designs
from tests.support import soak_count

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(design=designs())
@settings(max_examples=soak_count(200, 5_000))
def test_an_id_gives_its_design_back(design: tuple[Brief, Chain]) -> None:
    """An id contains brief and chain; the same design has the same id."""
    text = write_id(*design)
    assert read_id(text) == design
    assert write_id(*read_id(text)) == text
    assert len(text) < MAX_ID_LENGTH
    assert set(text) <= set(ALPHABET)


def test_every_field_of_a_brief_is_in_the_id() -> None:
    """A new field of a brief must be added to the id; this list is the reminder."""
    assert {field.name for field in fields(Brief)} == {
        "resolution", "factor", "latent_dim", "initial_map", "channels", "base_channels", "max_channels",
        "architecture", "blocks", "attention", "expansion", "group_width", "upsampling", "normalization", "output_activation", "discriminator", "encoder",
        "variational", "classes", "skips", "input_channels", "any_size",
        "initialization", "search", "budget", "windows", "verify",
    }  # fmt: skip
    assert {field.name for field in fields(SearchSpace)} == {
        "kernel_sizes", "strides", "dilations", "output_padding", "exact", "overlap",
        "initial_size", "max_layers", "anisotropic",
    }  # fmt: skip
    assert {field.name for field in fields(Window)} == {
        "kernel_size", "stride", "padding", "dilation", "output_padding",
    }  # fmt: skip
    assert {field.name for field in fields(Budget)} == {"parameters", "multiply_adds"}
    assert {field.name for field in fields(InitialMap)} == {"channels", "size"}
    assert {field.name for field in fields(DiscriminatorStyle)} == {
        "normalization", "output", "patch", "base_channels", "max_channels", "blocks",
    }  # fmt: skip


def largest_chain(*, axes: int, rng: random.Random) -> Chain:
    """64 layers with different windows of large kernels, dilations and paddings."""
    sizes = [tuple(rng.randint(200, 256) for _ in range(axes))]
    steps = []
    for _ in range(64):
        step = []
        for _axis in range(axes):
            kernel_size, dilation = rng.randint(200, 256), rng.randint(200, 256)
            reach = dilation * (kernel_size - 1)
            step.append(Window(kernel_size=kernel_size, dilation=dilation, padding=reach // 2))
        if all(w.dilation * (w.kernel_size - 1) % 2 == 0 for w in step):
            steps.append(tuple(step))
            sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
        else:
            step = [replace(w, dilation=256 if w.dilation % 2 else w.dilation) for w in step]
            step = [replace(w, padding=w.dilation * (w.kernel_size - 1) // 2) for w in step]
            steps.append(tuple(step))
            sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
    return Chain(sizes=tuple(sizes), windows=tuple(steps))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(soak_count(10, 300)))
def test_the_largest_briefs_have_short_ids(axes: int, seed: int) -> None:
    """With every field at its longest the id has fewer than 2,000 characters."""
    rng = random.Random(seed)
    chain = largest_chain(axes=axes, rng=rng)
    dense = tuple(sorted(rng.sample(range(1, 257), 64)))
    initial = tuple(2**20 - rng.randint(1, 1000) for _ in range(axes))
    brief = Brief(
        resolution=chain.target,
        latent_dim=65_536 - seed,
        channels=16 - axes,
        base_channels=65_535,
        max_channels=65_534,
        search=SearchSpace(
            kernel_sizes=dense,
            strides=dense,
            dilations=dense,
            initial_size=initial,
            max_layers=64,
        ),
        budget=Budget(parameters=2**63 - 1, multiply_adds=2**63 - 2),
        windows=chain.windows,
    )
    text = write_id(brief, chain)
    assert len(text) < MAX_ID_LENGTH
    assert read_id(text) == (brief, chain)


def dcgan() -> tuple[Brief, Chain]:
    """The standard DCGAN at 64×64."""
    step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    return Brief(resolution=64, latent_dim=100), Chain.leading_to((64, 64), (step,) * 4)


def test_the_id_of_the_dcgan_is_short_and_never_changes() -> None:
    """A change of this text would break every published link."""
    assert write_id(*dcgan()) == "19zr_-todA3QVUKiJiBsgM7xtJC6A9hyD3yDo"


FROZEN: dict[str, dict[str, Any]] = {
    "66cCWeq87DVEz8fjp3jw-2pT9ZvYT7Q4Vxf20yu59ImQ": {"blocks": (1, 2, 1, 3)},
    "764uqKO6LGWfC0CNCKuE_Sh6NoMz-yFHIQor8x8gkA-wk": {"attention": (3, 1)},
    "8ZvyfVfPLAjgzUv7RpQoKecN_kSkDUi0DoP-eIeAZBCQ": {
        "normalization": "conditional_batch",
        "classes": 10,
    },
    "8Q5oJitRUAh365q2a2Ogam4KLzWZqkLF7WuDqZhwsn9fJRiQ": {
        "normalization": "conditional_batch",
        "classes": 1000,
        "attention": (3, 1),
    },
}
"""Ids of residual networks by the blocks, the levels with attention or the norms that they hold."""


@pytest.mark.parametrize(("text", "fields"), FROZEN.items(), ids=[text[:2] for text in FROZEN])
def test_the_ids_of_residual_networks_never_change(text: str, fields: dict[str, Any]) -> None:
    """The layout of versions 6 to 8 is frozen."""
    given = fields | {"architecture": "resnet", "upsampling": "resize"}
    design = Brief(resolution=64, latent_dim=100, **given), dcgan()[1]
    assert write_id(*design) == text
    assert read_id(text) == design


FROZEN_R3GAN: dict[str, dict[str, Any]] = {
    "9qFCZM9G1Aaomfj8dO8eH21KfrN7CfaHCuL-29YDQ9Cks": {},
    "9f0SiYONAaomfj8dO8eH21KfrN7CfaHCuL-29YblD4xbaEUQ": {
        "classes": 10,
        "blocks": (1, 2, 1, 3, 2),
        "expansion": 4,
        "group_width": 32,
        "output_activation": "tanh",
    },
}
"""Ids of R3GAN's networks by what their briefs state."""


@pytest.mark.parametrize(("text", "fields"), FROZEN_R3GAN.items(), ids=["usual", "stated"])
def test_the_ids_of_r3gan_never_change(text: str, fields: dict[str, Any]) -> None:
    """The layout of version 9 is frozen."""
    design = Brief(resolution=64, latent_dim=100, architecture="r3gan", **fields), dcgan()[1]
    assert write_id(*design) == text
    assert read_id(text) == design


@pytest.mark.parametrize("seed", range(5))
def test_mutated_ids_are_refused(seed: int) -> None:
    """Altered, truncated, extended or shuffled ids give neither another design nor a crash."""
    rng = random.Random(seed)
    text = write_id(*dcgan())
    for _ in range(soak_count(400, 4_000)):
        mutated = mutate_id(text, rng)
        if mutated == text:
            continue
        with pytest.raises((DamagedId, UnknownIdVersion)):
            read_id(mutated)


def test_another_version_has_its_own_code() -> None:
    with pytest.raises(
        UnknownIdVersion, match=r"version 'B'.*reads 1, 2, 3, 4, 5, 6, 7, 8, 9, A"
    ) as refusal:
        read_id("B" + write_id(*dcgan())[1:])
    assert refusal.value.code == "unknown_id_version"
    assert refusal.value.facts == {"known": [*"123456789A"]}


def test_texts_longer_than_the_documented_maximum_are_malformed() -> None:
    """The schema of an id allows 2,000 characters: those are judged by their checksum."""
    for length in (1999, 2000, 2001):
        with pytest.raises(DamagedId) as refusal:
            read_id("1" + "A" * (length - 1))
        malformed = {"length": length, "maximum": 2000} if length > 2000 else {}
        assert refusal.value.facts == malformed


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_an_id_of_one_version_is_invalid_in_another(version: str) -> None:
    """The checksum covers the version."""
    brief, chain = dcgan() if version == "1" else critic()
    output_activation = OutputActivation.NONE if version == "3" else OutputActivation.TANH
    text = write_id(replace(brief, output_activation=output_activation), chain)
    assert text[0] == version
    for other in {"1", "2", "3"} - {version}:
        with pytest.raises(DamagedId):
            read_id(other + text[1:])


def critic() -> tuple[Brief, Chain]:
    """A design with options that version 1 does not have."""
    brief, chain = dcgan()
    style = DiscriminatorStyle(normalization=Normalization.LAYER, output=Output.CRITIC)
    return replace(brief, discriminator=style), chain


def mutate_id(text: str, rng: random.Random) -> str:
    """One mutation of an id."""
    place = rng.randrange(len(text))
    return rng.choice(
        [
            text[:place] + rng.choice(ALPHABET + "=+/ .%é\x00") + text[place + 1 :],
            text[:place],
            text[:place] + text[place + 1 :],
            text[:place] + rng.choice(ALPHABET) + text[place:],
            text + rng.choice(["=", "==", " ", "\n", "A", "AAAA", text]),
            "".join(rng.sample(text, len(text))),
            text.swapcase(),
            rng.choice(ALPHABET) * rng.randint(0, 3000),
        ]
    )


def with_checksum(packed: bytes, version: str = "1") -> str:
    """A forged id with a valid checksum."""
    return version + urlsafe_b64encode(_checksum(version, packed) + packed).decode().rstrip("=")


@given(packed=st.binary(max_size=1_480), version=st.sampled_from(["1", "2", "7", "8", "9", "A"]))
@settings(max_examples=soak_count(300, 10_000))
def test_forged_ids_are_designs_or_refused(packed: bytes, version: str) -> None:
    """Numbers outside the limits are refused by the brief, in bounded time."""
    text = with_checksum(packed, version)
    try:
        design = read_id(text)
    except DesignerError:
        return
    assert write_id(*design) == text


def test_a_design_has_exactly_one_id() -> None:
    """Leading zeros are refused although the checksum matches."""
    text = write_id(*dcgan())
    with pytest.raises(DamagedId, match="not in its canonical form"):
        read_id(with_checksum(b"\x00" + packed_numbers(text)))


def packed_numbers(text: str) -> bytes:
    """The packed numbers of an id."""
    return urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))[6:]
