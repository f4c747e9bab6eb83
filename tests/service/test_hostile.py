"""Client input is never reflected unescaped and never reaches a template, path or file name."""

from __future__ import annotations

import json
import random
from io import BytesIO
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.permalink import write_id
from designer.geometry.chain import Chain
from tests.brief.permalink.test_ids import dcgan, mutate_id, with_checksum
from tests.support import soak_count

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% for x in [].__class__ %}",
    "${jndi:ldap://x}",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "%0d%0aSet-Cookie:%20a=b",
    "'; DROP TABLE designs; --",
    "__class__",
    "\u202e\ufeff",
    "a" * 5000,
    "🎨" * 50,
    "\n    import os",
    '""" + __import__("os").system("id") + """',
]
IDS = [text[:20].encode("unicode_escape").decode() for text in HOSTILE]


def assert_harmless(answer: TestResponse, sent: str) -> None:
    """The response is JSON of bounded length, without headers from the client."""
    assert answer.status_code in (400, 404, 406, 415, 422), answer.status_code
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) < 4_000
    body = json.dumps(answer.json)
    assert "49" not in body or "49" in sent
    assert "root:" not in body


@pytest.mark.parametrize("text", HOSTILE, ids=IDS)
def test_hostile_strings_in_bodies(client: FlaskClient, text: str) -> None:
    """As a name, a value, a choice, and nested."""
    good: dict[str, Any] = {"resolution": 16, "latent_dim": 1, "verify": "none"}
    for body in (
        text,
        [text],
        {text: text},
        good | {text: 1},
        good | {"verify": text},
        good | {"resolution": text},
        good | {"resolution": [text, text]},
        good | {"search": {text: text}},
        good | {"search": {"exact": text}},
        good | {"chain": [{text: text}]},
        good | {"chain": [{"kernel_size": text}]},
    ):
        answer = client.post("/v1/designs", json=body)
        assert_harmless(answer, text)
        assert answer.status_code == 422


@pytest.mark.parametrize("text", HOSTILE, ids=IDS)
def test_hostile_paths_and_queries(client: FlaskClient, text: str) -> None:
    word = quote(text, safe="")
    for path in (
        f"/v1/designs/{word}",
        f"/v1/designs/{word}/module.py",
        f"/v1/designs/{word}/bundle.zip",
        f"/problems/{word}",
        f"/{word}",
        f"/static/{word}",
        f"/static/swagger-ui/{word}",
        f"/v1/designs?resolution={word}&latent_dim=1",
        f"/v1/designs?resolution=16&latent_dim=1&verify={word}",
        f"/v1/designs?resolution=16&latent_dim=1&{word}={word}",
    ):
        with client.get(path) as answer:
            assert_harmless(answer, text)


@pytest.mark.parametrize("text", [text for text in HOSTILE if not set(text) & set("\r\n\0")])
def test_hostile_headers(client: FlaskClient, text: str) -> None:
    """Request ids, media types, languages and tags: none is reflected."""
    value = text.encode().decode("latin-1")[:3000]
    for name in (
        "X-Request-ID",
        "Content-Type",
        "Accept",
        "If-None-Match",
        "Accept-Encoding",
        "Origin",
        "Host",
        "X-Forwarded-Host",
        "Cookie",
    ):
        answer = client.get(
            "/v1/designs?resolution=16&latent_dim=1&verify=none", headers={name: value}
        )
        assert answer.status_code in (200, 400, 406)
        assert value not in "\n".join(answer.headers.values())
        assert "Set-Cookie" not in answer.headers
        assert b"alert(1)" not in answer.data


def test_names_in_a_bundle_are_fixed(client: FlaskClient) -> None:
    """Client input appears in no file name of the archive, nor in Content-Disposition."""
    answer = client.get(f"/v1/designs/{write_id(*dcgan_unrun())}/bundle.zip")
    with ZipFile(BytesIO(answer.data)) as archive:
        names = archive.namelist()
    assert names == [
        "model.py",
        "test_model.py",
        "design.json",
        "receipt.json",
        "train_data.py",
        "train.py",
        "train.ipynb",
        "generator.svg",
        "discriminator.svg",
        "overlap.svg",
        "README.md",
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bundle.zip"'


def dcgan_unrun() -> tuple[Brief, Chain]:
    """The default design, without verification."""
    return Brief(resolution=64, latent_dim=100, verify=Level.NONE), dcgan()[1]


@pytest.mark.parametrize("seed", range(10))
def test_mutated_ids_are_designs_or_refused(client: FlaskClient, seed: int) -> None:
    """Status 200, 404 or 422 for ten thousand ids."""
    rng = random.Random(seed)
    text = write_id(*dcgan_unrun())
    for _ in range(soak_count(60, 1_000)):
        mutated = quote(mutate_id(text, rng), safe="")
        if not mutated:
            continue
        answer = client.get(f"/v1/designs/{mutated}")
        assert answer.status_code in (200, 404), answer.text
        assert (answer.status_code == 200) == (mutated == text)


@pytest.mark.parametrize("seed", range(10))
def test_forged_ids_are_designs_or_refused(client: FlaskClient, seed: int) -> None:
    """With a valid checksum and any content, the limits of a brief apply."""
    rng = random.Random(seed)
    for _ in range(soak_count(30, 1_000)):
        packed = rng.randbytes(rng.randint(0, 60))
        answer = client.get(
            f"/v1/designs/{with_checksum(packed)}", headers={"Accept": "text/x-python"}
        )
        assert answer.status_code in (404, 422, 200), answer.text
