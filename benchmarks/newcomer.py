"""The path of a newcomer, in seconds: from a clone to the first sample grid.

    python -m benchmarks.newcomer

A fresh clone of this repository, `make serve`, a design on the page, its bundle, and two training steps
on a folder of pictures, as docs/tutorial.md shows them. The installation in `make serve` reads pip's
cache; without it, it also takes the time of the downloads.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import numpy as np
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.real_processes.browser import ARGUMENTS
from tests.service.servers import free_port

ROOT = Path(__file__).parents[1]
PICTURES, SIDE, STEPS = 40, 64, 2
TIMEOUT_S = 1800


def print_newcomer() -> None:
    """The seconds of each step, and their sum."""
    with TemporaryDirectory() as folder:
        clone, port = Path(folder, "clone"), free_port()
        url = f"http://127.0.0.1:{port}"
        seconds = {"clone": timed(lambda: run("git", "clone", "--quiet", str(ROOT), str(clone)))}
        start = monotonic()
        with served(clone, port, url):
            seconds["make serve"] = monotonic() - start
            seconds["design on the page"] = timed(lambda: see_design(url))
            bundle = Path(folder, "bundle")
            seconds["bundle"] = timed(lambda: fetch_bundle(url, bundle))
        write_pictures(Path(folder, "pictures"))
        seconds["sample grid"] = timed(lambda: train(bundle, Path(folder, "pictures")))
    for name, each in {**seconds, "together": sum(seconds.values())}.items():
        print(f"{name:>20} {each:8.1f} s")


def timed(step: Callable[[], None]) -> float:
    """The seconds that a step takes."""
    start = monotonic()
    step()
    return monotonic() - start


def run(*command: str, folder: Path | None = None) -> None:
    """Run a command in a folder; an error of it is raised."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(clone: Path, port: int, url: str) -> Iterator[None]:
    """`make serve` in the clone, from its first answer on."""
    process = subprocess.Popen(
        ["make", "serve", f"PORT={port}"],
        cwd=clone,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        start_new_session=True,
    )
    try:
        end = monotonic() + TIMEOUT_S
        while not answers(url):
            if process.poll() is not None or monotonic() > end:
                raise RuntimeError("make serve serves nothing")
            sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def answers(url: str) -> bool:
    """Whether the page can be loaded."""
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def see_design(url: str) -> None:
    """Open the page and wait for the verdict."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        page = chromium.new_page(locale="en-GB")
        page.goto(f"{url}/?resolution={SIDE}")
        expect(page.locator(".badge.good")).to_be_visible(timeout=TIMEOUT_S * 1000)
        chromium.close()


def fetch_bundle(url: str, folder: Path) -> None:
    """Fetch the bundle and unpack it."""
    archive = folder.with_suffix(".zip")
    with urllib.request.urlopen(f"{url}/v1/designs?resolution={SIDE}") as answer:
        link = json.load(answer)["links"]["bundle"]
    urllib.request.urlretrieve(f"{url}{link}", archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)


def write_pictures(folder: Path) -> None:
    """PNGs of noise, which are not part of the path."""
    folder.mkdir()
    draw = np.random.default_rng(0)
    for number in range(PICTURES):
        pixels = draw.integers(0, 256, (80, 96, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


def train(bundle: Path, pictures: Path) -> None:
    """Train two steps; the last one writes the sample grid."""
    (program,) = bundle.rglob("train.py")
    options = ("--steps", str(STEPS), "--batch", "16")
    run(sys.executable, str(program), str(pictures), *options, folder=bundle.parent)
    if not [*bundle.parent.glob("training/samples/*.png")]:
        raise RuntimeError("no sample grid")


if __name__ == "__main__":
    print_newcomer()
