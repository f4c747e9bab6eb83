"""The field ``initialization``: its defaults, its short form, and ids of releases without it."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest

from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.initialization import Initialization, Initializations
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.errors import InvalidRequest
from designer.pipeline.design import design_document
from designer.pipeline.design_json import networks_from_document
from designer.pipeline.make_design import design, recall_design

BRIEF: dict[str, Any] = {"resolution": 16, "latent_dim": 8, "base_channels": 8, "verify": "none"}
NONE = {"normalization": "none"}
SPECTRAL = {"discriminator": {"normalization": "spectral"}}


def completed(**given: object) -> object:
    """The field in a completed brief."""
    return brief_document(brief_from_document(BRIEF | given))["initialization"]


@pytest.mark.parametrize(
    ("given", "generator", "discriminator"),
    [
        ({}, "dcgan", "dcgan"),
        (NONE, "variance", "dcgan"),
        (NONE | SPECTRAL, "variance", "dcgan"),
        (NONE | {"discriminator": NONE}, "variance", "variance"),
        ({"normalization": "group", "discriminator": NONE}, "dcgan", "variance"),
        (NONE | {"discriminator": None}, "variance", None),
        ({"initialization": "variance"}, "variance", "variance"),
        (NONE | {"discriminator": NONE, "initialization": "dcgan"}, "dcgan", "dcgan"),
        (NONE | {"initialization": {"discriminator": "variance"}}, "variance", "variance"),
        (NONE | {"initialization": {"generator": "dcgan"}}, "dcgan", "dcgan"),
        ({"discriminator": None, "initialization": "variance"}, "variance", None),
        (NONE | {"initialization": None}, "variance", "dcgan"),
    ],
)
def test_each_network_decides_by_its_norm(
    given: dict[str, object], generator: str, discriminator: str | None
) -> None:
    """Where a norm sets the scale the weights are DCGAN's, else of a variance by fan-in."""
    assert completed(**given) == {"generator": generator, "discriminator": discriminator}


def test_one_value_stands_for_both_networks() -> None:
    given = Initializations(
        generator=Initialization.VARIANCE, discriminator=Initialization.VARIANCE
    )
    short = Brief(resolution=16, latent_dim=8, initialization=Initialization.VARIANCE)
    assert short == Brief(resolution=16, latent_dim=8, initialization=given)


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ("kaiming", "/initialization", "not_a_choice"),
        ({"generator": "kaiming"}, "/initialization/generator", "not_a_choice"),
        ({"generator": 1}, "/initialization/generator", "not_a_choice"),
        ({"critic": "dcgan"}, "/initialization/critic", "unknown_field"),
        (7, "/initialization", "not_an_object"),
    ],
)
def test_other_values_are_refused(value: object, pointer: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        brief_from_document(BRIEF | {"initialization": value})
    assert [(each.pointer, each.code) for each in refusal.value.errors] == [(pointer, code)]


@pytest.mark.parametrize("value", ["kaiming", 7])
def test_other_values_are_refused_in_python(value: Any) -> None:  # noqa: ANN401
    for given in (value, {"generator": value}):
        with pytest.raises(InvalidRequest) as refusal:
            Brief(
                resolution=16,
                latent_dim=8,
                initialization=Initializations(**given) if isinstance(given, dict) else given,
            )
        assert refusal.value.errors[0].pointer.startswith("/initialization")


EARLIER = {
    "2V656gcguEHi_vKoAmJFmF1PRDkepu-CvcaeCnA": (
        "82ccde46d7747449fa8b2f7fa05044bfd9572c60968fda8625df6f8fbb962da9"
    ),
    "2OMSIgkIaCDxf3lUATEizC6nohyPU3fBXuNPG8cA": (
        "6a50e69fdeb47f9786291ad66cd7bc03e12f7976f2af1ffb5f51bd8d99456be1"
    ),
    "2XcOnBjuwEHi_vKoAmJFmF1PRDkepu-CvcaeHEg": (
        "673173f75d35da3a864f5e5d35e5a27f20e0157a58a55bccfca04ed2a54101c8"
    ),
    "39YQSuc-0r7Kn3GqxBg7ro34LQvxn1AdPZvrl": (
        "94b7af97a628c12e6aefca3c0512c5bbe2435500d2ead7c64958a355e349aaf5"
    ),
}
"""Ids of the release before the field, of networks without norms, and the digests of their texts."""


@pytest.mark.parametrize("design_id", EARLIER)
def test_an_earlier_id_keeps_its_text(design_id: str) -> None:
    """Its networks have no norms, yet their weights remain N(0, 0.02), byte by byte.

    The module's docstring has since a warning about them.
    """
    result = recall_design(design_id)
    text = re.sub(r"\nWarning: [^\n]*\n", "", result.source.text)
    assert sha256(text.encode()).hexdigest() == EARLIER[design_id]
    assert result.id == design_id
    assert result.brief.initializations.generator is Initialization.DCGAN


def test_an_earlier_document_keeps_its_networks() -> None:
    """A ``design.json`` without the field was drawn as DCGAN is."""
    brief = brief_from_document(BRIEF | NONE | {"initialization": "dcgan"})
    earlier = design(brief)
    document = design_document(earlier)
    del document["brief"]["initialization"]
    assert networks_from_document(document) == earlier.gan


def test_the_default_reference_has_the_id_and_the_text_that_it_had() -> None:
    result = design(Brief(resolution=64, latent_dim=100, verify=Level.NONE))
    assert result.id == "1i9tRKcOaA3QVUKiJiBsgM7xtJC0A9hyD3yDo"
    assert "fan_in" not in result.source.text
