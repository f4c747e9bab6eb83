"""Designs of residual blocks over HTTP: their fields in query strings and bodies, and their layers in answers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(("text", "blocks"), [("2", 2), ("1,2", [1, 2])])
def test_blocks_are_one_number_or_a_list(client: FlaskClient, text: str, blocks: object) -> None:
    """In a query string as in a body; the two levels of 16 pixels each have their own number."""
    brief = {"resolution": 16, "architecture": "resnet", "blocks": blocks, "verify": "none"}
    posted = client.post("/v1/designs", json=brief)
    assert posted.status_code == 200
    assert posted.json["brief"]["blocks"] == blocks  # type: ignore[index]
    got = client.get("/v1/designs", query_string={**brief, "resolution": "16x16", "blocks": text})
    assert got.json == posted.json


@pytest.mark.parametrize(("text", "levels"), [("2", [2]), ("2,1", [1, 2])])
def test_levels_of_attention_are_a_list(client: FlaskClient, text: str, levels: object) -> None:
    """In a query string as in a body; the answer lists them in ascending order."""
    brief = {"resolution": 32, "architecture": "resnet", "attention": levels, "verify": "none"}
    posted = client.post("/v1/designs", json=brief)
    assert posted.status_code == 200
    assert posted.json["brief"]["attention"] == levels  # type: ignore[index]
    got = client.get(
        "/v1/designs", query_string={**brief, "resolution": "32x32", "attention": text}
    )
    assert got.json == posted.json


@pytest.mark.parametrize(
    "sizes",
    [{"resolution": "20x14"}, {"resolution": "64", "dimensions": "1"}, {"resolution": "8x8x8"}],
)
def test_the_shape_of_r3gan_is_given_as_numbers(client: FlaskClient, sizes: dict[str, str]) -> None:
    """In a query string as in a body; the groups of each block's convolution are the fewest that are allowed."""
    shape = {"base_channels": 6, "blocks": 1, "expansion": 3, "group_width": 4, "classes": 3}
    query = {"architecture": "r3gan", "verify": "none", "channels": 1, **shape, **sizes}
    got = client.get("/v1/designs", query_string=query)
    assert got.status_code == 200, got.text
    body = got.json
    assert body is not None
    assert shape.items() <= body["brief"].items()
    assert client.post("/v1/designs", json=body["brief"]).json == body
    for role in ("generator", "discriminator"):
        layers = body[role]["layers"]
        inner = [each for each in layers if each["name"].endswith(".body.2")]
        for each in inner:
            wide = each["in_channels"]
            allowed = [n for n in range(1, wide + 1) if wide % n == 0 and wide / n <= 4]
            assert each["groups"] == allowed[0]
        ops = {each["op"] for each in layers}
        up = role == "generator"
        assert ("basis" in ops) == up == ("interpolating_upsample" in ops)
        assert ("interpolating_downsample" in ops) != up
    assert client.get(body["links"]["generator"]).mimetype == "image/svg+xml"
