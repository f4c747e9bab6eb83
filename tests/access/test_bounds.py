"""Every limit has its own code and reports its value, over HTTP and in the library.

The numbers are written out here, so that changing a limit requires changing this test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.brief.brief_json import brief_from_document
from designer.chains import search_chains
from designer.errors import DesignerError
from designer.pipeline.chains_json import query_from_document, search_document
from designer.pipeline.make_design import design
from tests.access.keys import client_of

STEP = {"kernel_size": 4, "stride": 2, "padding": 1}
LAYER = {"op": "conv", "in_channels": 3, "out_channels": 3, "kernel_size": 3, "padding": 1}
WIDE = {
    **{name: [*range(1, 65)] for name in ("kernel_sizes", "strides", "dilations")},
    "exact": "any",
    "overlap": "any",
    "output_padding": True,
    "anisotropic": True,
}


def brief(**fields: object) -> dict[str, object]:
    """A valid brief with these fields changed."""
    return {"resolution": 64, "latent_dim": 8, "verify": "none"} | fields


DESIGNS, CHAINS, AUDITS = "/v1/designs", "/v1/chains", "/v1/audits"
NUMBER, LENGTH, ELEMENTS = "out_of_range", "wrong_length", "too_many_elements"

BOUNDS: list[tuple[str, dict[str, object], str, int]] = [
    (DESIGNS, brief(resolution=16_385), NUMBER, 16_384),
    (DESIGNS, brief(resolution=[64, 16_385]), NUMBER, 16_384),
    (DESIGNS, brief(resolution=[16_385, 4, 4]), NUMBER, 16_384),
    (DESIGNS, brief(resolution=[1_048_577]), NUMBER, 1_048_576),
    (DESIGNS, brief(resolution=16_384, channels=5), ELEMENTS, 2**30),
    (DESIGNS, brief(resolution=[1024] * 3, channels=2), ELEMENTS, 2**30),
    (DESIGNS, brief(resolution=[1_048_576], channels=1025), ELEMENTS, 2**30),
    (DESIGNS, brief(chain=[STEP] * 65), LENGTH, 64),
    (DESIGNS, brief(search={"max_layers": 65}), NUMBER, 64),
    (DESIGNS, brief(base_channels=65_536, max_channels=65_536), "too_many_parameters", 10**9),
    (DESIGNS, brief(resolution=[4999, 9999], search=WIDE), "search_too_large", 10**6),
    (CHAINS, {"to": [16_385, 64]}, NUMBER, 16_384),
    (CHAINS, {"to": [1_048_577]}, NUMBER, 1_048_576),
    (CHAINS, {"to": 64, "search": {"max_layers": 65}}, NUMBER, 64),
    (CHAINS, {"to": [4999, 9999], "search": WIDE}, "search_too_large", 10**6),
    (AUDITS, {"input_shape": [3, 8, 8], "layers": [LAYER] * 257}, LENGTH, 256),
    (AUDITS, {"input_shape": [3, 8, 8], "source": "#" * 200_001}, "source_too_large", 200_000),
    (AUDITS, {"input_shape": [3, 8, 16_385], "layers": [LAYER]}, NUMBER, 16_384),
    (AUDITS, {"input_shape": [3, 1_048_577], "layers": [LAYER]}, NUMBER, 1_048_576),
    (AUDITS, {"input_shape": [5, 16_384, 16_384], "layers": [LAYER]}, ELEMENTS, 2**30),
]
BOUNDS += [
    (path, body | {"search": {name: values}}, code, limit)
    for path, body in ((DESIGNS, brief()), (CHAINS, {"to": 64}))
    for name in ("kernel_sizes", "strides", "dilations")
    for values, code, limit in (([*range(1, 66)], LENGTH, 64), ([2, 257], NUMBER, 256))
]
"""Path, body, code, limit: each body is one past one bound."""

IDS = [f"{path[4:]}-{code}-{limit}-{n}" for n, (path, _, code, limit) in enumerate(BOUNDS)]


def in_the_library(path: str, document: dict[str, object]) -> object:
    """The same request without HTTP."""
    calls: dict[str, Callable[[], object]] = {
        DESIGNS: lambda: design(brief_from_document(document)),
        CHAINS: lambda: search_document(search_chains(query_from_document(document))),
        AUDITS: lambda: audit(read_request(document), runner=None),
    }
    return calls[path]()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A test client of a service with default settings."""
    return client_of()


@pytest.mark.parametrize(("path", "body", "code", "limit"), BOUNDS, ids=IDS)
def test_each_limit_has_its_code_and_is_named(
    client: FlaskClient, path: str, body: dict[str, Any], code: str, limit: int
) -> None:
    """422 with the limit in ``facts`` and ``detail``; the library gives the same sentence."""
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    assert answer.json["facts"]["maximum"] == limit
    assert str(limit) in answer.json["detail"]
    with pytest.raises(DesignerError) as refusal:
        in_the_library(path, body)
    assert str(refusal.value) == answer.json["detail"]
    error = refusal.value.errors[0] if hasattr(refusal.value, "errors") else refusal.value
    assert (error.code, error.facts) == (code, answer.json["facts"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (DESIGNS, brief(resolution=16_384)),
        (DESIGNS, brief(resolution=[1_048_576])),
        (DESIGNS, brief(resolution=[16_384, 16_384], channels=4, base_channels=4, max_channels=8)),
        (DESIGNS, brief(search={"max_layers": 64})),
        (CHAINS, {"to": 64, "search": {"kernel_sizes": [*range(2, 65), 256]}}),
        (AUDITS, {"input_shape": [3, 8, 8], "layers": [LAYER] * 256}),
        (AUDITS, {"input_shape": [4, 16_384, 16_384], "layers": [LAYER | {"in_channels": 4}]}),
    ],
)
def test_a_request_just_within_its_limit_is_served(
    client: FlaskClient, path: str, body: dict[str, object]
) -> None:
    """A limit must not refuse the largest allowed value."""
    assert client.post(path, json=body).status_code == 200


@pytest.mark.parametrize(("size", "status"), [(2**20, 200), (2**20 + 1, 413)])
def test_a_body_has_at_most_a_mebibyte(client: FlaskClient, size: int, status: int) -> None:
    """Whitespace around the brief counts; test_servers.py tests chunked bodies."""
    text = b'{"resolution": 16, "latent_dim": 1, "verify": "none"}'
    answer = client.post(DESIGNS, data=text.ljust(size), content_type="application/json")
    assert answer.status_code == status
    if status == 413:
        assert (answer.json["code"], answer.json["facts"]) == ("body_too_large", {"maximum": 2**20})
