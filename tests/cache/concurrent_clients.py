"""Processes that ask for designs and say what they got: `python -m tests.cache.concurrent_clients HOW FOLDER`.

The folder is the state folder. HOW is ``strangely``: as another user, where we can be
one; ``filling``: on a disk that fills up and is freed again; or the most bytes that a file may have.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask

from tests.cache.applications import BRIEF, SIZES, application, cache_of, settings, stages
from tests.wait import wait_until

UNPRIVILEGED_UID = 65534
DISK_BYTES = 2**21
NOWHERE = Path("/proc/nowhere")


def ask(app: Flask) -> list[tuple[str, str, bool]]:
    """Of each design the digest and the tag, and whether it was found."""
    client = app.test_client()
    answers = [
        client.post("/v1/designs", json=BRIEF | {"resolution": size, "verify": "none"})
        for size in SIZES
    ]
    assert {answer.status_code for answer in answers} == {200}
    return [
        (sha256(answer.data).hexdigest(), answer.headers["ETag"], "solve" not in stages(answer))
        for answer in answers
    ]


def ask_twice(folder: Path) -> dict[str, Any]:
    """What a process gets that asks for everything twice, and the state of its cache."""
    with application(settings(folder)) as app:
        first, second = ask(app), ask(app)
        return {"first": first, "second": second, "state": cache_of(app).state()}


def ask_until_refused(folder: Path) -> dict[str, Any]:
    """The same where no file may grow, once something was written that has no room.

    On a slow machine nearly nothing is written otherwise: a slow cache is left alone.
    """
    heard: dict[str, Any] = {}
    with application(settings(folder)) as app:
        heard["first"], heard["second"] = ask(app), ask(app)

        def refused() -> bool:
            cache_of(app).put("more", os.urandom(200_000).hex())
            heard["state"] = cache_of(app).state()
            return bool(
                heard["state"]["state"] == "degraded" and "Error" in heard["state"]["reason"]
            )

        wait_until(refused, what="a write that fails")
    return heard


def ask_while_full(folder: Path) -> dict[str, Any]:
    """What processes get from a cache that was made before the disk was full, and of it."""
    heard: dict[str, Any] = {}
    with disk(folder) as (fill, free), application(settings(folder / "state")) as app:
        ask(app)
        fill()
        brief = BRIEF | {"resolution": 64, "verify": "none"}
        assert app.test_client().post("/v1/designs", json=brief).status_code == 200
        heard["state"] = cache_of(app).state()
        with application(settings(folder / "state")) as other:
            heard["first"], heard["second"] = ask(other), ask(other)
        free()
        wait_until(lambda: cache_of(app).state()["state"] == "ok", what="room to be used")
    return heard


Act = Callable[[], None]


@contextmanager
def disk(folder: Path) -> Iterator[tuple[Act, Act]]:
    """What fills a disk, and what frees it: a small one, or a limit where none can be mounted."""
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        yield limit_files, unlimit_files
        return
    filling = folder / "filling"
    try:
        yield lambda: fill_up(filling), filling.unlink
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_up(filling: Path) -> None:
    """Write until nothing more goes in."""
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1024)):
                pass
        except OSError:
            return


def limit_files() -> None:
    """No file may grow past a few bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


def unlimit_files() -> None:
    """Every file may grow."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def drop_privileges() -> None:
    """Another user from now on; what this one may not read has been read before."""
    ask_twice(NOWHERE)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(UNPRIVILEGED_UID)
        os.setuid(UNPRIVILEGED_UID)


def main(how: str, folder: Path) -> None:
    """Ask, and print what was heard."""
    if how == "filling":
        heard = ask_while_full(folder)
    elif how.isdecimal():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(how),) * 2)
        heard = ask_until_refused(folder)
    else:
        if how == "strangely":
            drop_privileges()
        heard = ask_twice(folder)
    print(json.dumps(heard))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
