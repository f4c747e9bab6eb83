"""What a verifying process may read: Python, its packages, the system's libraries, and facts.

Neither the folder that a command is called in, nor that of the cache and of keys, nor a home folder
is among them, unless Python's packages lie there, and then these only.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SCRATCH_DEVICES = ("/dev/null",)
"""Devices that may also be written."""

_SYSTEM = (
    "/usr/lib /usr/lib32 /usr/lib64 /usr/local/lib /lib /lib64 /usr/share/zoneinfo"
    " /etc/ld.so.cache /etc/localtime /sys/devices/system /dev/zero /dev/urandom"
)
_PROCESS_FACTS = "/proc/self /proc/cpuinfo /proc/meminfo /proc/stat"
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def readable_paths() -> list[Path]:
    """The existing paths, without those inside another one.

    >>> any(Path(os.__file__).is_relative_to(path) for path in readable_paths())
    True
    >>> Path.cwd() in readable_paths()
    False
    """
    named = [*_SYSTEM.split(), *SCRATCH_DEVICES, *_python_folders(), *_loaded_packages()]
    found = sorted({os.path.normpath(name) for name in named}, key=len)
    outer: list[str] = []
    for name in found:
        if not name.startswith(tuple(f"{other}/" for other in outer)) and Path(name).exists():
            outer.append(name)
    return [Path(name) for name in outer]


def process_facts() -> list[Path]:
    """The existing files about this process and the machine that libraries look into."""
    return [path for name in _PROCESS_FACTS.split() if (path := Path(name)).exists()]


def import_path() -> list[str]:
    """The import path of a verifying process: this one's, without the folder it was called in.

    That folder stays if ``PYTHONPATH`` names it.
    """
    stated = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    try:
        here = str(Path.cwd())
    except FileNotFoundError:  # it was removed since
        here = ""
    found = [str(Path(__file__).parents[3]), *sys.path]
    return [
        path
        for place, path in enumerate(dict.fromkeys(found))
        if path and (not place or path != here or path in stated)
    ]


def _python_folders() -> Iterator[str]:
    """The standard library, and the folders of installed packages on the import path."""
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    for prefix in (sys.base_prefix, sys.prefix):
        yield from (f"{prefix}/{folder}" for folder in ("lib", "lib64"))
    yield from (path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS)


def _loaded_packages() -> Iterator[str]:
    """The folders of loaded packages and the files of loaded modules: ours, torch and what it needs."""
    for name, module in sorted(sys.modules.items()):
        if "." in name or name == "__main__":
            continue
        folders = list(getattr(module, "__path__", []))
        file = getattr(module, "__file__", None)
        yield from folders or ([file] if isinstance(file, str) else [])
