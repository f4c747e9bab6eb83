"""Machines on which the sandbox is attacked: users, and parts of the machine taken away."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.verification.sandbox.attacks import ATTACKS, read_outcomes

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A user (``root`` or ``ordinary``), and what the machine lacks; ``confined`` by the sandbox."""

    user: str
    without: tuple[str, ...] = ()
    confined: bool = True

    def __str__(self) -> str:
        lacks = f" without {', '.join(self.without)}" if self.without else ""
        return f"{self.user}{lacks}{'' if self.confined else ', no sandbox'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackReport:
    """What stopped each attack on a machine (empty: nothing), and which required layers it lacks.

    ``parts`` are those that the machine turned out to have.
    """

    outcomes: dict[str, str]
    missing: list[str]
    parts: list[str]

    @property
    def through(self) -> set[str]:
        """The attacks that nothing stopped."""
        return {name for name, stopped in self.outcomes.items() if not stopped}


USERS = ("root", "ordinary") if os.getuid() == 0 else ("ordinary",)
"""Only root can become another user, so an ordinary user runs the ordinary half."""

LACKS = [
    tuple(part for part, absent in zip(("landlock", "namespaces"), chosen, strict=True) if absent)
    for chosen in product((False, True), repeat=2)
]
MACHINES = [Machine(user=user, without=without) for user in USERS for without in LACKS]
"""Each user with and without Landlock, with and without namespaces."""

SINGLE_PARTS = [
    Machine(user=user, without=tuple(part for part in parts if part != only))
    for parts in [("landlock", "namespaces", "seccomp")]
    for user in USERS
    for only in (*parts, "")
]
"""Each user with one of the three parts only, and with none."""


def attack(machine: Machine) -> AttackReport:
    """Run all attacks on a machine."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        settings = {
            "user": machine.user,
            "without": machine.without,
            "confined": machine.confined,
            "attacks": ATTACKS,
            "facts": plant_files(Path(folder)) | {"PORT": server.getsockname()[1]},
        }
        program = [sys.executable, "-P", "-m", "tests.verification.sandbox.limited_machine"]
        done = subprocess.run(
            [*program, json.dumps(settings)],
            cwd=f"{folder}/caller",
            env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET": "a password"},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    assert done.returncode == 0, f"{machine}: {done.stderr}"
    found = json.loads(done.stdout)
    outcomes = read_outcomes(ATTACKS, found["raised"]) | found.get("fatal", {})
    assert not {*machine.without} & {*found.get("parts", [])}, "what was taken away is gone"
    return AttackReport(
        outcomes=outcomes, missing=found.get("missing", []), parts=found.get("parts", [])
    )


def plant_files(folder: Path) -> dict[str, object]:
    """The files that attacks look for: a private one, the caller's folder, and the state folder."""
    folder.chmod(0o777)
    for name in ("caller", "state"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    for name in ("private", "caller/keys", "state/cache.sqlite"):
        (folder / name).write_text("private")
        (folder / name).chmod(0o666)
    return {
        "PRIVATE": str(folder / "private"),
        "CALLER": str(folder / "caller"),
        "STATE": str(folder / "state"),
    }
