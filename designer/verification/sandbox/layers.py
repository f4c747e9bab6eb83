"""The layers of the sandbox, and which of them must hold before a foreign text is run.

A worker reports its active restrictions by name. A layer holds if one of its restrictions is active.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from designer.validation.json_readers import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLayer:
    """A layer: the restrictions any of which makes it hold, what it does, and what it needs."""

    name: str
    restrictions: frozenset[str]
    meaning: str
    needs: str


SANDBOX_LAYERS = tuple(
    SandboxLayer(name=name, restrictions=frozenset(active.split()), meaning=meaning, needs=needs)
    for name, active, meaning, needs in (
        (
            "seccomp",
            "seccomp",
            "system calls from a list only",
            "Linux with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
        ),
        (
            "limits",
            "resource-limits",
            "bounds on memory, address space, time, files and processes",
            "nothing",
        ),
        (
            "filesystem",
            "landlock-files mount-namespace",
            "reads only Python, its packages and the system's libraries",
            "Landlock (Linux 5.13), or root or user namespaces on Linux 5.12",
        ),
        (
            "disk",
            "mount-namespace no-writing",
            "writes to a small folder in memory, or not at all",
            "root or user namespaces on Linux 5.12, or seccomp",
        ),
        (
            "network",
            "seccomp no-network",
            "no sockets, or a network without devices",
            "seccomp, root, or user namespaces",
        ),
        (
            "processes",
            "process-namespace",
            "sees no other processes",
            "root or user namespaces",
        ),
        (
            "capabilities",
            "no-capabilities",
            "no privileges of root",
            "Python in a folder that every user may read, or mount namespaces",
        ),
        ("user", "own-user", "a user of its own, who owns nothing", "root"),
        ("environment", "empty-environment", "no variables of the service", "nothing"),
    )
)

LAYER_NAMES = tuple(layer.name for layer in SANDBOX_LAYERS)

REQUIRED_LAYERS = ("seccomp", "limits", "filesystem")
"""The layers that must hold by default before a foreign text is run."""


def holding_layers(enforced: Collection[str]) -> list[str]:
    """The layers that hold with these restrictions.

    >>> holding_layers(["seccomp", "landlock-files"])
    ['seccomp', 'filesystem', 'network']
    """
    active = frozenset(enforced)
    return [layer.name for layer in SANDBOX_LAYERS if layer.restrictions & active]


def missing_layers(required: Iterable[str], enforced: Collection[str]) -> list[str]:
    """The required layers that do not hold with these restrictions.

    >>> missing_layers(["seccomp", "limits"], ["resource-limits"])
    ['seccomp']
    """
    return [name for name in required if name not in holding_layers(enforced)]


def layer_documents(required: Collection[str], enforced: Collection[str]) -> list[JsonObject]:
    """Each layer as JSON: its meaning, whether it holds and is required, and what it needs."""
    return [
        {
            "layer": layer.name,
            "holds": layer.name in holding_layers(enforced),
            "required": layer.name in required,
            "meaning": layer.meaning,
            "needs": layer.needs,
        }
        for layer in SANDBOX_LAYERS
    ]


def is_foreign(job: dict[str, Any]) -> bool:
    """Whether a job runs a text that we did not render; one that says nothing about it is foreign.

    >>> is_foreign({"text": ""}), is_foreign({"text": "", "foreign": False}), is_foreign({"proof": {}})
    (True, False, False)
    """
    return "source_trace" in job or ("text" in job and job.get("foreign") is not False)
