"""Process that requests designs and prints the results.

Run as `python -m tests.cache.concurrent_clients HOW FOLDER` with the state folder. HOW is
``strangely``: as another user if possible; ``filling``: on a disk that fills up and is emptied
again; or the maximum size of a file in bytes.
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
    """Digest and tag of each design, and whether it was cached."""
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
    """Results of requesting all designs twice, and the state of the cache."""
    with application(settings(folder)) as app:
        first, second = ask(app), ask(app)
        return {"first": first, "second": second, "state": cache_of(app).state()}


def ask_until_refused(folder: Path) -> dict[str, Any]:
    """The same with a limit on file sizes, after a write that exceeds the limit.

    Without it a slow machine would write nearly nothing, as a slow cache is suspended.
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
    """Results with a cache that was created before the disk was full, and its state."""
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
        wait_until(lambda: cache_of(app).state()["state"] == "ok", what="the freed disk to be used")
    return heard


Act = Callable[[], None]


@contextmanager
def disk(folder: Path) -> Iterator[tuple[Act, Act]]:
    """Functions that fill and empty a disk: a small mount, or a file size limit."""
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
    """Write until the disk is full."""
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1024)):
                pass
        except OSError:
            return


def limit_files() -> None:
    """Limit all files to a few bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


def unlimit_files() -> None:
    """Remove the limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def drop_privileges() -> None:
    """Continue as another user; the modules that it cannot read are loaded already."""
    ask_twice(NOWHERE)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(UNPRIVILEGED_UID)
        os.setuid(UNPRIVILEGED_UID)


def main(how: str, folder: Path) -> None:
    """Send the requests and print the results."""
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
