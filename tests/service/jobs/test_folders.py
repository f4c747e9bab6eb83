"""The state folder is private to its owner, whether the broker or the store creates it."""

from __future__ import annotations

from pathlib import Path

from service.jobs.broker.celery_app import prepare_folders
from service.jobs.store.open_store import open_job_store
from service.settings.config import Config


def test_the_state_folder_is_private_to_its_owner(tmp_path: Path) -> None:
    """It contains briefs and the names of keys."""
    for name in ("broker", "store"):
        config = Config(state_folder=str(tmp_path / name))
        if name == "broker":
            prepare_folders(config)
        else:
            open_job_store(config).find("none")
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700
