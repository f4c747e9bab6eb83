"""The attacks on the sandbox, in the real pool: nothing gets through where foreign texts are run.

``python -m tests.verification.sandbox.attack_table`` prints what stopped each.
"""

from __future__ import annotations

import re

import pytest

from tests.support import SOAK
from tests.verification.sandbox.attacks import ATTACKS, FATAL_ATTACKS
from tests.verification.sandbox.machines import LACKS, MACHINES, ROOT, USERS, Machine, attack
from tests.verification.sandbox.other_attacks import FILE_ATTACKS, PROCESS_ATTACKS

pytestmark = [pytest.mark.torch, pytest.mark.slow]

CHOSEN = MACHINES if SOAK else [MACHINES[0], *MACHINES[-len(LACKS) :][1::2]]
"""In `make test`: this machine as it is, and an ordinary user where containers forbid namespaces."""


def test_there_are_many_attacks() -> None:
    """As many as docs/security.md says, and no two with one text."""
    texts = [*ATTACKS.values(), *FATAL_ATTACKS.values()]
    assert len(set(texts)) == len(texts)
    assert f" runs {len(texts)} attacks " in (ROOT / "docs" / "security.md").read_text()


@pytest.mark.parametrize("machine", CHOSEN, ids=str)
def test_no_attack_gets_through(machine: Machine) -> None:
    """Or foreign texts are refused by default: without Landlock and without namespaces.

    Then the layers that are there still stop all attacks but those on existing files.
    """
    found = attack(machine)
    print(f"{machine}: has {found.parts}, lacks {found.missing}, through {sorted(found.through)}")
    assert found.missing == [name for name, parts in NEEDED if parts.isdisjoint(found.parts)]
    if "seccomp" not in found.missing:
        assert found.through <= (ON_EXISTING_FILES if found.missing else set())


NEEDED = [("seccomp", {"seccomp"}), ("filesystem", {"landlock", "namespaces"})]
"""The required layers that a machine may lack, with the parts any of which they need."""

ON_EXISTING_FILES = {
    name
    for name, text in (FILE_ATTACKS | PROCESS_ATTACKS).items()
    if re.search(r"open\(|os\.listdir\(", text) and not re.search("'[aw]'|O_WRONLY", text)
}
"""Attacks that only a layer for files can stop: they read or list, but change nothing."""


@pytest.mark.soak
@pytest.mark.parametrize("user", USERS)
def test_without_seccomp_foreign_texts_are_refused(user: str) -> None:
    """Even if everything else is there."""
    assert attack(Machine(user=user, without=("seccomp",))).missing == ["seccomp"]


@pytest.mark.soak
def test_the_attacks_are_real() -> None:
    """In a plain process of an ordinary user, more than sixty get through; others need a privilege."""
    found = attack(Machine(user="ordinary", confined=False))
    assert len(found.through) >= 60, found.outcomes
