"""The pool of verifying processes that the tests of a run share: each imports torch only once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from designer.verification import Limits, Pool


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """A pool of two workers; each starts on first use, in an environment with a secret."""
    limits = Limits()
    with (
        pytest.MonkeyPatch.context() as patch,
        Pool(workers=2, limits=limits, max_waiting=64) as pool,
    ):
        patch.setenv("SECRET", "a password")
        yield pool
