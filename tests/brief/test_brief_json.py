"""Briefs as JSON: a round trip changes nothing, and every invalid field is refused by pointer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import InvalidRequest
from designer.geometry.layers import Window

sides = st.integers(4, 90)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    """Any valid brief."""
    resolution = tuple(draw(st.lists(sides, min_size=1, max_size=3)))
    numbers = st.sets(st.integers(2, 9), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    space = SearchSpace(
        kernel_sizes=(*draw(numbers), 10),
        strides=draw(numbers),
        output_padding=draw(st.booleans()),
        exact=draw(st.sampled_from(Exact)),
        overlap=draw(st.sampled_from([Overlap.PREFER, Overlap.ANY])),
        initial_size=draw(st.none() | st.just((2,) * len(resolution))),
        max_layers=draw(st.integers(1, 16)),
    )
    amounts = st.none() | st.integers(1, 10**12)
    step = (Window(kernel_size=4, stride=2, padding=1),) * len(resolution)
    return Brief(
        resolution=resolution,
        latent_dim=draw(st.integers(1, 65_536)),
        channels=draw(st.integers(1, 4096)),
        base_channels=draw(st.integers(1, 65_536)),
        search=space,
        budget=Budget(parameters=draw(amounts), multiply_adds=draw(amounts)),
        windows=draw(st.none() | st.just((step, step))),
        verify=draw(st.sampled_from(Level)),
    )


@given(brief=briefs())
def test_a_brief_survives_json(brief: Brief) -> None:
    """A round trip through JSON gives the same brief."""
    assert brief_from_document(json.loads(json.dumps(brief_document(brief)))) == brief


COMPLETED = {
    "resolution": [96, 96],
    "dimensions": 2,
    "factor": None,
    "latent_dim": 128,
    "initial_map": None,
    "channels": 3,
    "base_channels": 64,
    "max_channels": 512,
    "architecture": "dcgan",
    "blocks": None,
    "attention": None,
    "expansion": None,
    "group_width": None,
    "upsampling": "transposed",
    "normalization": "batch",
    "output_activation": "tanh",
    "discriminator": {
        "normalization": "batch",
        "output": "probability",
        "patch": None,
        "base_channels": None,
        "max_channels": None,
        "blocks": None,
    },
    "initialization": {"generator": "dcgan", "discriminator": "dcgan"},
    "encoder": False,
    "skips": "none",
    **dict.fromkeys(("input_channels", "any_size")),
    "variational": False,
    "classes": None,
    "search": {
        "kernel_sizes": [3, 4, 5, 6, 8, 9],
        "strides": [2, 3],
        "dilations": [1],
        "output_padding": True,
        "exact": "prefer",
        "overlap": "prefer",
        "initial_size": None,
        "max_layers": 16,
        "anisotropic": False,
    },
    "chain": None,
    "budget": None,
    "verify": "standard",
}
"""The brief of 96 pixels and 128 latent numbers, with the documented defaults."""


def test_a_bare_brief_is_completed() -> None:
    """Resolution and latent size are enough; all other fields take the documented defaults."""
    document = brief_document(brief_from_document({"resolution": 96, "latent_dim": 128}))
    assert document == COMPLETED


@pytest.mark.parametrize(
    ("resolution", "dimensions", "wanted"),
    [(64, None, (64, 64)), (64, 1, (64,)), (64, 3, (64, 64, 64)), ([9, 8, 7], 3, (9, 8, 7))],
)
def test_one_number_is_the_size_of_every_axis(
    resolution: object, dimensions: int | None, wanted: tuple[int, ...]
) -> None:
    """``dimensions`` is the number of axes for a single number; the default is two."""
    document = {"resolution": resolution, "dimensions": dimensions, "latent_dim": 1}
    assert brief_from_document(document).resolution == wanted


CHAIN = [{"kernel_size": 4, "stride": 2, "padding": 1}]
REFUSED = [
    ({"resolution": 0}, "/resolution", "out_of_range"),
    ({"resolution": 3}, "/resolution", "out_of_range"),
    ({"resolution": 16_385}, "/resolution", "out_of_range"),
    ({"resolution": [64, 16_385]}, "/resolution/1", "out_of_range"),
    ({"resolution": [1_048_577]}, "/resolution/0", "out_of_range"),
    ({"resolution": 10**4_999}, "/resolution", "out_of_range"),
    ({"resolution": "64"}, "/resolution", "not_an_integer"),
    ({"resolution": 64.0}, "/resolution", "not_an_integer"),
    ({"resolution": True}, "/resolution", "not_an_integer"),
    ({"resolution": {}}, "/resolution", "not_an_integer"),
    ({"resolution": [64, None]}, "/resolution/1", "not_an_integer"),
    ({"resolution": []}, "/resolution", "wrong_length"),
    ({"resolution": [64] * 4}, "/resolution", "wrong_length"),
    ({"resolution": [16_384, 16_384], "channels": 5}, "/resolution", "too_many_elements"),
    ({"resolution": [1024] * 3, "channels": 2}, "/resolution", "too_many_elements"),
    ({"resolution": None}, "/resolution", "missing_field"),
    ({"latent_dim": 0}, "/latent_dim", "out_of_range"),
    ({"latent_dim": 65_537}, "/latent_dim", "out_of_range"),
    ({"latent_dim": 1.5}, "/latent_dim", "not_an_integer"),
    ({"channels": 0}, "/channels", "out_of_range"),
    ({"channels": 4_097}, "/channels", "out_of_range"),
    ({"base_channels": -1}, "/base_channels", "out_of_range"),
    ({"max_channels": 0}, "/max_channels", "out_of_range"),
    ({"dimensions": 4}, "/dimensions", "out_of_range"),
    ({"dimensions": "2"}, "/dimensions", "not_an_integer"),
    ({"resolution": [64, 64], "dimensions": 1}, "/dimensions", "wrong_length"),
    ({"colour": 3}, "/colour", "unknown_field"),
    ({"a/b~c": 3}, "/a~1b~0c", "unknown_field"),
    ({"verify": "twice"}, "/verify", "not_a_choice"),
    ({"verify": 1}, "/verify", "not_a_choice"),
    ({"search": []}, "/search", "not_an_object"),
    ({"search": {"kernels": [3]}}, "/search/kernels", "unknown_field"),
    ({"search": {"kernel_sizes": 4}}, "/search/kernel_sizes", "not_a_list"),
    ({"search": {"kernel_sizes": []}}, "/search/kernel_sizes", "wrong_length"),
    ({"search": {"strides": [2] * 65}}, "/search/strides", "wrong_length"),
    ({"search": {"strides": [2, "3"]}}, "/search/strides/1", "not_an_integer"),
    ({"search": {"output_padding": 1}}, "/search/output_padding", "not_a_boolean"),
    ({"search": {"exact": "yes"}}, "/search/exact", "not_a_choice"),
    ({"search": {"overlap": True}}, "/search/overlap", "not_a_choice"),
    ({"search": {"initial_size": [4]}}, "/search/initial_size", "wrong_length"),
    ({"search": {"max_layers": "9"}}, "/search/max_layers", "not_an_integer"),
    ({"budget": 5}, "/budget", "not_an_object"),
    ({"budget": {"flops": 5}}, "/budget/flops", "unknown_field"),
    ({"chain": {}}, "/chain", "not_a_list"),
    ({"chain": []}, "/chain", "wrong_length"),
    ({"chain": CHAIN * 65}, "/chain", "wrong_length"),
    ({"chain": [4]}, "/chain/0", "not_an_object"),
    ({"chain": [{"stride": 2}]}, "/chain/0/kernel_size", "missing_field"),
    ({"chain": [*CHAIN, {"kernel_size": [4]}]}, "/chain/1/kernel_size", "wrong_length"),
    ({"chain": [{"kernel_size": [4, "4"]}]}, "/chain/0/kernel_size/1", "not_an_integer"),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), REFUSED)
def test_a_wrong_field_is_refused_by_its_pointer(
    fields: dict[str, object], pointer: str, code: str
) -> None:
    """An invalid field gives its pointer, its code and a short message."""
    with pytest.raises(InvalidRequest) as caught:
        brief_from_document({"resolution": 64, "latent_dim": 100} | fields)
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]
    assert caught.value.code == code
    assert 10 < len(str(caught.value)) < 350


def test_several_wrong_fields_are_all_named() -> None:
    """One response lists the errors of all fields."""
    with pytest.raises(InvalidRequest) as caught:
        brief_from_document({"resolution": 3, "latent_dim": 0, "channels": "x"})
    assert caught.value.code == "invalid_request"
    assert {error.pointer for error in caught.value.errors} == {
        "/resolution",
        "/latent_dim",
        "/channels",
    }


@pytest.mark.parametrize("document", [None, [], "64", 64, True])
def test_a_request_that_is_no_object_is_refused(document: object) -> None:
    """The empty pointer refers to the whole request."""
    with pytest.raises(InvalidRequest, match="the request must be an object") as caught:
        brief_from_document(document)
    assert caught.value.errors[0].pointer == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    document=st.dictionaries(
        st.sampled_from([*brief_document(Brief(resolution=64, latent_dim=1)), "x"]), json_values
    )
)
def test_any_json_is_a_brief_or_a_refusal(document: dict[str, object]) -> None:
    """Any JSON value gives a brief or a refusal with pointers."""
    names: set[str] = set()
    resolution: tuple[int, ...] = ()
    try:
        resolution = brief_from_document(
            {"resolution": 64, "latent_dim": 100} | document
        ).resolution
    except InvalidRequest as refusal:
        names = {error.pointer for error in refusal.errors}
    assert bool(names) != bool(resolution)


class IntSubclass(int):
    """An integer with a different text."""

    def __str__(self) -> str:
        return "__import__('os')"

    def __format__(self, _: str) -> str:
        return str(self)


STEP = (Window(kernel_size=4, stride=2, padding=1),) * 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"resolution": IntSubclass(64)}, "not_an_integer"),
        ({"resolution": (IntSubclass(64), 64)}, "not_an_integer"),
        ({"latent_dim": IntSubclass(100)}, "not_an_integer"),
        ({"verify": "most"}, "not_a_choice"),
        ({"verify": None}, "not_a_choice"),
        ({"search": {}}, "not_an_object"),
        ({"budget": {"parameters": 1}}, "not_an_object"),
        ({"upsampling": "bigger"}, "not_a_choice"),
        ({"upsampling": None}, "not_a_choice"),
        ({"normalization": "bigger"}, "not_a_choice"),
        ({"discriminator": {}}, "not_an_object"),
        ({"discriminator": "none"}, "not_an_object"),
        ({"initial_map": (4, 4)}, "not_an_object"),
        ({"encoder": 1}, "not_a_boolean"),
        ({"classes": IntSubclass(3)}, "not_an_integer"),
        ({"windows": 5}, "not_a_list"),
        ({"windows": "x"}, "not_a_list"),
        ({"windows": (None,)}, "not_a_list"),
        ({"windows": ((1, 1),)}, "not_a_list"),
    ],
)
def test_a_brief_made_in_python_is_type_checked(wrong: dict[str, Any], code: str) -> None:
    """Python code can pass values that JSON cannot express."""
    with pytest.raises(InvalidRequest) as refusal:
        Brief(**{"resolution": 64, "latent_dim": 100} | wrong)
    assert refusal.value.code == code


def test_a_brief_made_in_python_is_converted() -> None:
    """Strings of choices and lists of windows are converted to enum members and tuples."""
    brief = Brief(resolution=64, latent_dim=9, verify="none", windows=[[*STEP]] * 4)  # type: ignore[arg-type]
    assert brief.verify is Level.NONE
    assert brief == Brief(resolution=64, latent_dim=9, verify=Level.NONE, windows=(STEP,) * 4)
    assert hash(brief) == hash(replace(brief))


def test_a_refusal_stays_short() -> None:
    """Of a thousand unknown fields only the first are listed."""
    fields = {f"field{number}": 1 for number in range(1000)}
    with pytest.raises(InvalidRequest, match="and 968 more errors") as refusal:
        brief_from_document({"resolution": 64, "latent_dim": 1} | fields)
    assert len(refusal.value.errors) == 32


def test_the_least_kernel_is_never_above_the_largest() -> None:
    """A stride out of range does not invert the kernel's range."""
    chain = [{"kernel_size": 300, "stride": 999}]
    with pytest.raises(InvalidRequest, match=r"kernel_size\[0\] must be 1 to 256, got 300"):
        brief_from_document({"resolution": [64], "latent_dim": 1, "chain": chain})
