"""The import path of verifying processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.verification.sandbox.readable_paths import import_path


def test_a_removed_folder_is_not_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server goes on whose folder a later release has removed."""
    folder = tmp_path / "release"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    assert str(folder) not in import_path()
    folder.rmdir()
    assert import_path()
