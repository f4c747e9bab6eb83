"""Fixtures of the commands that verify."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from designer.commands import audit, trial, verify
from designer.verification import Pool


@pytest.fixture
def shared_pool(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands verify in the pool of the test run, which has loaded torch, not in a new one.

    A test of each command does without this fixture, so that the pool of the command runs, too.
    """
    for command in (audit, trial, verify):
        monkeypatch.setattr(command, "Pool", lambda **_: nullcontext(pool))
