"""What a request for a design computes: each thing once, and nothing of it again from a cache."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import designer
from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.permalink import read_id, write_id
from designer.pipeline.design import design_document
from designer.pipeline.design_json import portable_document
from designer.source import render_source
from designer.validation.json_text import document_text
from service.app import create_app
from service.designs.stored_design import content_tag
from service.http.representation import JSON, ZIP
from tests.cache.applications import application, settings

BRIEF = {"resolution": 16, "latent_dim": 8, "base_channels": 4, "verify": "none"}
BUDGET = BRIEF | {"base_channels": None, "budget": {"parameters": 100_000}}

COUNTED: tuple[Callable[..., Any], ...] = (
    brief_document,
    brief_from_document,
    design_document,
    read_id,
    render_source,
    write_id,
)
"""Functions of a request that are called by their names in other modules."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of calls of ``COUNTED`` and of ``json.loads``, by name."""
    counts: Counter[str] = Counter()

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: object, **kwargs: object) -> object:
            counts[function.__name__] += 1
            return function(*args, **kwargs)

        return counted

    modules = [
        module
        for name, module in sys.modules.items()
        if name.split(".")[0] in ("designer", "service")
    ]
    for function in COUNTED:
        replacement = counting(function)
        for module in modules:
            for name, value in list(vars(module).items()):
                if value is function:
                    monkeypatch.setattr(module, name, replacement)
    monkeypatch.setattr(json, "loads", counting(json.loads))
    return counts


def count_during(calls: Counter[str], ask: Callable[[], Any]) -> tuple[dict[str, int], bytes, str]:
    """The calls during a request, with the body and the tag of its response."""
    calls.clear()
    answer = ask()
    counts = dict(calls)
    assert answer.status_code == 200, answer.text
    return counts, answer.data, answer.headers["ETag"]


def asking(client: FlaskClient, brief: dict[str, Any], accept: str = JSON) -> Callable[[], Any]:
    """The request for a brief's design in a media type."""
    return lambda: client.post("/v1/designs", json=brief, headers={"Accept": accept})


COMPUTED = {"brief_document": 1, "design_document": 1, "render_source": 1, "write_id": 1}


@pytest.mark.parametrize("brief", [BRIEF, BUDGET])
def test_a_design_is_written_once(
    brief: dict[str, Any], calls: Counter[str], tmp_path: Path
) -> None:
    """No text is decoded but that of a cache, which is decoded once."""
    with application(settings(tmp_path)) as app:
        ask = asking(app.test_client(), brief)
        counts, body, tag = count_during(calls, ask)
        assert counts == COMPUTED | {"brief_from_document": 1}
        assert count_during(calls, ask) == ({}, body, tag)
    with application(settings(tmp_path)) as app:
        counts, again, same = count_during(calls, asking(app.test_client(), brief))
        assert counts == {"brief_from_document": 1, "loads": 1}
        assert (again, same) == (body, tag)


def test_the_tag_is_that_of_the_portable_document(calls: Counter[str], tmp_path: Path) -> None:
    """The tag that earlier releases gave: of the text without the release's version."""
    with application(settings(tmp_path)) as app:
        answer = app.test_client().post("/v1/designs", json=BRIEF)
    portable = document_text(portable_document(json.loads(answer.data)))
    assert answer.headers["ETag"] == f'"{content_tag(portable.encode())}"'


def test_a_design_of_an_id_reads_its_id_once(calls: Counter[str], tmp_path: Path) -> None:
    """Reading an id packs it once, to compare; nothing packs it again."""
    with application(settings(tmp_path / "one")) as app:
        made = app.test_client().post("/v1/designs", json=BRIEF)
    path = made.headers["Content-Location"]
    with application(settings(tmp_path / "two")) as app:
        client = app.test_client()
        counts, body, tag = count_during(calls, lambda: client.get(path))
        assert counts == COMPUTED | {"read_id": 1}
        assert (body, tag) == (made.data, made.headers["ETag"])
        counts, _, _ = count_during(calls, lambda: client.get(f"{path}/module.py"))
        assert counts == {"loads": 1}
        counts, _, _ = count_during(calls, lambda: client.get(f"{path}/generator.svg"))
        assert counts == {"read_id": 1, "write_id": 1}


def test_a_bundle_starts_from_the_design(calls: Counter[str], tmp_path: Path) -> None:
    """Computed: from its networks; from a cache: from its document. The bytes are the same."""
    with application(settings(tmp_path)) as app:
        counts, body, tag = count_during(calls, asking(app.test_client(), BRIEF, ZIP))
        assert counts == COMPUTED | {"brief_from_document": 1}
    with application(settings(tmp_path)) as app:
        counts, again, same = count_during(calls, asking(app.test_client(), BRIEF, ZIP))
        assert counts == {"brief_from_document": 2, "loads": 1}
        assert (again, same) == (body, tag)


def test_the_counts_see_every_call(calls: Counter[str]) -> None:
    """A call by any module's name is counted."""
    client = create_app(settings(Path("/proc/nowhere"))).test_client()
    made = client.post("/v1/designs", json=BRIEF)
    assert calls["write_id"] == 1
    assert designer.brief_from_document(BRIEF)
    assert calls["brief_from_document"] == 2
    assert client.post("/v1/chains", json={"to": 16, "limit": 3}).status_code == 200
    assert calls["write_id"] > 3
    assert made.status_code == 200
