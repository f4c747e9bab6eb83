"""/readyz reports a full disk of the state folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from service.app import create_app
from service.observability.state_disk import MIN_FREE_BYTES, state_disk_readiness
from service.settings.config import Config


def disk(folder: Path, **settings: str) -> dict[str, Any] | None:
    """The part of a new application."""
    client = create_app(Config(state_folder=str(folder), **settings)).test_client()  # type: ignore[arg-type]
    answer = client.get("/readyz")
    assert answer.status_code == 200, "it still serves designs"
    part: dict[str, Any] | None = (answer.json or {})["parts"].get("disk")
    return part


def test_a_disk_with_space_is_ok_and_nothing_is_left(tmp_path: Path) -> None:
    """The part says how many bytes are free."""
    part = disk(tmp_path)
    assert part is not None
    assert part["state"] == "ok"
    assert part["free_bytes"] > 0
    assert not list(tmp_path.glob("space-*"))


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    """The device /dev/full answers a write as a full disk does; a quota shows the same way."""
    (tmp_path / f"space-{os.getpid()}").symlink_to("/dev/full")
    assert disk(tmp_path) == {
        "state": "degraded",
        "reason": "the disk of the state folder is full",
    }


@pytest.mark.parametrize(
    ("free_bytes", "state"), [(MIN_FREE_BYTES, "ok"), (MIN_FREE_BYTES - 1, "degraded")]
)
def test_a_nearly_full_disk_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, state: str
) -> None:
    """Before the first row is refused."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    part = disk(tmp_path)
    assert part is not None
    assert (part["state"], part["free_bytes"]) == (state, free_bytes)


def test_a_missing_folder_is_no_full_disk(tmp_path: Path) -> None:
    """It is made with the first job; the other parts report one that cannot be made."""
    assert state_disk_readiness(tmp_path / "none") == {"state": "ok"}


def test_a_service_with_redis_keeps_nothing_on_its_disk(tmp_path: Path) -> None:
    """So there is nothing to report."""
    assert disk(tmp_path, redis_url="redis://127.0.0.1:1/0") is None
