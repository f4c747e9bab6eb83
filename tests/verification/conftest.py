"""Fixtures of the verification tests: a design and a shared pool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from designer.networks import Gan
from designer.verification import Limits, Pool
from tests.verification.designs import doubling_gan


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """A pool of two workers for the whole session; each starts on first use."""
    with pytest.MonkeyPatch.context() as patch, Pool(workers=2, limits=Limits()) as pool:
        patch.setenv("SECRET", "a password")
        yield pool


@pytest.fixture(scope="session")
def dcgan() -> Gan:
    """The DCGAN for 64×64 pictures and 100 latent numbers."""
    return doubling_gan(4)
