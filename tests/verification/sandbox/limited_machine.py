"""A program that makes this machine a lesser one for itself, and runs attacks in the pool there.

It can become an ordinary user, and take Landlock, namespaces or seccomp away, as container runtimes
do: by a filter that fails their system calls. Python stays readable to that user by a mount, if it
lies in a folder of root.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from designer.errors import ProbeFailed, SourceNotRun
from designer.verification import Limits, Pool
from designer.verification.sandbox.layers import REQUIRED_LAYERS, missing_layers
from designer.verification.sandbox.namespaces import CLONE_NEWNS, CLONE_NEWUSER, unshare
from designer.verification.sandbox.seccomp.allow_list import ARCHITECTURES, SYSTEM_CALLS
from designer.verification.sandbox.seccomp.bpf import (
    ALLOW,
    CallRule,
    Condition,
    assemble_filter,
    fail_with,
)
from designer.verification.sandbox.seccomp.install import install_filter
from tests.verification.sandbox.attacks import FATAL_ATTACKS, text_of_attacks

ORDINARY_UID = 61_234
PARTS = {
    "landlock": (errno.ENOSYS, "landlock_create_ruleset"),
    "namespaces": (errno.EPERM, "unshare setns mount pivot_root"),
    "seccomp": (errno.ENOSYS, "seccomp"),
}
"""The system calls that each part of the machine needs, and the error that stands for its lack."""

JOB = {
    "seed": 1,
    "definitions": [],
    "group_counts": [],
    "networks": {},
    "pairs": [],
    "sizes": {},
    "refused_sizes": [],
    "autoencoder": None,
}

_MAKE_PRIVATE = (b"none", b"/", None, 1 << 18 | 1 << 14, None)

LIMITS = Limits(memory_bytes=2 * 2**30)

_libc = ctypes.CDLL(None, use_errno=True)


def become_ordinary_user() -> None:
    """Give up root for good; the interpreter stays readable."""
    show_private_folder_of(Path(sys.base_prefix))
    os.setgroups([])
    os.setgid(ORDINARY_UID)
    os.setuid(ORDINARY_UID)


def show_private_folder_of(path: Path) -> None:
    """Replace the outermost private folder above ``path`` by one that has only ``path``."""
    private = [each for each in reversed(path.parents) if not each.stat().st_mode & 0o001]
    if not private:
        return
    assert unshare(CLONE_NEWNS), "Python lies in a private folder, and mounts are forbidden"
    kept = os.open(path, os.O_PATH)
    recursive, bind = 1 << 14, 1 << 12
    mounted = [
        _libc.mount(*_MAKE_PRIVATE),
        _libc.mount(b"none", str(private[0]).encode(), b"tmpfs", 0, b"mode=755"),
    ]
    path.mkdir(parents=True)
    source = f"/proc/self/fd/{kept}".encode()
    mounted.append(_libc.mount(source, str(path).encode(), None, bind | recursive, None))
    assert mounted == [0, 0, 0], os.strerror(ctypes.get_errno())
    os.close(kept)


def take_away(parts: list[str]) -> None:
    """Take parts of the machine away from this process and its children."""
    machine = os.uname().machine
    numbers = SYSTEM_CALLS[machine]
    rules = [
        CallRule(number=numbers[name], action=fail_with(error))
        for part in parts
        for error, names in [PARTS[part]]
        for name in names.split()
    ]
    if "seccomp" in parts:
        set_seccomp = (Condition(argument=0, values=(22,)),)
        refused = fail_with(errno.EINVAL)
        rules.append(CallRule(number=numbers["prctl"], action=refused, conditions=set_seccomp))
    _libc.prctl(38, 1, 0, 0, 0)
    assert install_filter(
        assemble_filter(
            rules,
            architecture=ARCHITECTURES[machine],
            default=ALLOW,
            newest=max(numbers.values()),
            unknown=ALLOW,
        )
    )


def parts_here() -> list[str]:
    """The parts that this process has, each tried in a child."""
    namespaces = CLONE_NEWNS | (CLONE_NEWUSER if os.getuid() else 0)
    allow_all = struct.pack("HBBI", 0x06, 0, 0, ALLOW)
    tried: dict[str, Callable[[], bool]] = {
        "landlock": lambda: _libc.syscall(444, None, 0, 1) > 0,
        "namespaces": lambda: unshare(namespaces) and _libc.mount(*_MAKE_PRIVATE) == 0,
        "seccomp": lambda: install_filter(allow_all),
    }
    found = []
    for part, attempt in tried.items():
        child = os.fork()
        if child == 0:
            os._exit(0 if attempt() else 1)
        if os.waitpid(child, 0)[1] == 0:
            found.append(part)
    return found


def run_confined(attacks: dict[str, str], facts: dict[str, Any]) -> dict[str, Any]:
    """What the text of the attacks raises in the pool, what stops the fatal ones, what is missing."""
    with Pool(workers=1, limits=LIMITS, required_layers=()) as pool:
        text = text_of_attacks(attacks, facts)
        raised = str(pool.run({**JOB, "text": text}, discard=True)["load"]["error"])
        fatal = {
            name: run_fatal(pool, text_of_attacks({name: attack}, facts))
            for name, attack in FATAL_ATTACKS.items()
        }
        missing = missing_layers(REQUIRED_LAYERS, pool.state().enforced)
    if missing:
        assert refused_layers() == missing
    return {"raised": raised, "fatal": fatal, "missing": missing}


def run_unconfined(text: str) -> str:
    """What a text raises in a process without any sandbox, in a folder of its own."""
    program = [sys.executable, "-P", "-c", text]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1]


def run_fatal(pool: Pool, text: str) -> str:
    """What stops an attack that ends its process, empty if nothing does."""
    try:
        raised = str(pool.run({**JOB, "text": text}, discard=True)["load"]["error"])
    except ProbeFailed:
        return "killed"
    return raised.partition(": ")[2]


def refused_layers() -> list[str]:
    """The missing layers that a pool with default settings names when it refuses a foreign text."""
    with Pool(workers=1, limits=LIMITS) as pool:
        try:
            pool.run({**JOB, "text": ""}, discard=True)
        except SourceNotRun as refused:
            missing: list[str] = refused.facts["missing"]  # type: ignore[assignment]
            return missing
    return []


def main(settings: dict[str, Any]) -> None:
    """Print what stopped each attack, as JSON."""
    if settings["user"] == "ordinary" and os.getuid() == 0:
        become_ordinary_user()
    victim = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
    try:
        take_away(settings["without"])
        facts = settings["facts"] | {"VICTIM": victim.pid, "SERVICE": os.getpid()}
        attacks = settings["attacks"]
        if settings["confined"]:
            found = run_confined(attacks, facts) | {"parts": parts_here()}
        else:
            found = {"raised": run_unconfined(text_of_attacks(attacks, facts))}
        print(json.dumps(found))
    finally:
        victim.kill()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
