"""What the tests of verification share: designs, and one pool for them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from designer.networks import Gan
from designer.verification import Limits, Pool
from tests.verification.designs import doubling_gan


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Two warm workers for the whole run; the first is started when it is needed."""
    with pytest.MonkeyPatch.context() as patch, Pool(workers=2, limits=Limits()) as pool:
        patch.setenv("SECRET", "a password")
        yield pool


@pytest.fixture(scope="session")
def dcgan() -> Gan:
    """The DCGAN of 64×64 pictures from 100 numbers."""
    return doubling_gan(4)
