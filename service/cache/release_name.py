"""Name of the running code: release, digest of the sources, and torch version."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from designer.verification import installed_torch_version
from designer.version import VERSION

PACKAGES = ("designer", "service")


@cache
def release_name() -> str:
    """A name that two installations share if and only if they run the same code and torch version.

    The release number alone does not distinguish two states of a checkout.

    >>> release_name().split()[0] == VERSION
    True
    """
    digest = sha256()
    for package in PACKAGES:
        for path, content in _texts(files(package)):
            digest.update(f"{path} {len(content)}\n".encode() + content)
    return f"{VERSION} {digest.hexdigest()[:16]} torch {installed_torch_version()}"


def _texts(folder: Traversable, path: str = "") -> list[tuple[str, bytes]]:
    """Path and content of every source file and template below a folder, in a fixed order."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        place = f"{path}/{entry.name}"
        if entry.is_dir() and entry.name not in ("__pycache__", "static"):
            found += _texts(entry, place)
        elif entry.is_file() and not entry.name.endswith(".pyc"):
            found.append((place, entry.read_bytes()))
    return found
