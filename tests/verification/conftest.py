"""Fixture of the verification tests: a design."""

from __future__ import annotations

import pytest

from designer.networks import Gan
from tests.verification.designs import doubling_gan


@pytest.fixture(scope="session")
def dcgan() -> Gan:
    """The DCGAN for 64×64 pictures and 100 latent numbers."""
    return doubling_gan(4)
