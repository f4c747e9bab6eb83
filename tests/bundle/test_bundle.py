"""Bundles: files, archive bytes, and the bundled tests in a process."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.bundle import bundle_files, zip_files
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design
from tests.bundle.designs import FAMILIES, bundle, unzip
from tests.bundle.torch_interpreter import TorchInterpreter, run_in
from tests.support import soak_count

NAMES = [
    *("model.py", "test_model.py", "design.json", "receipt.json"),
    *("train_data.py", "train.py", "train.ipynb", "README.md"),
]


def listed_files(readme: str) -> list[str]:
    """The files in the table of a README."""
    return re.findall(r"^\| `([^`]+)` \|", readme, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """The interpreter of all tests here but one, which starts a new one."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


def some_brief(seed: int) -> Brief:
    """A random small brief with one to three axes."""
    rng = random.Random(seed)
    axes = rng.choice([1, 2, 2, 2, 3])
    high = {1: 400, 2: 70, 3: 20}[axes]
    return Brief(
        resolution=tuple(rng.randint(8, high) for _ in range(axes)),
        latent_dim=rng.randint(1, 100),
        channels=rng.randint(1, 4),
        base_channels=rng.randint(1, 24),
        max_channels=rng.randint(8, 64),
        verify=Level.NONE,
    )


def test_an_archive_is_deterministic() -> None:
    """Entries are uncompressed with a fixed date and mode; the bytes depend only on the texts."""
    texts = bundle(Brief(resolution=28, latent_dim=10, verify=Level.NONE))
    assert list(texts) == NAMES
    data = zip_files(texts)
    assert data == zip_files(bundle(Brief(resolution=28, latent_dim=10, verify=Level.NONE)))
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            assert entry.compress_type == ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == 0o100644
            assert "/" not in entry.filename


def test_the_readme_lists_the_files() -> None:
    texts = bundle(Brief(resolution=(28, 32), latent_dim=10, verify=Level.NONE))
    design_id = json.loads(texts["design.json"])["id"]
    assert "# Generator and discriminator, 3×28×32" in texts["README.md"]
    assert design_id in texts["README.md"]
    assert "verdict: not_run, torch did not run the module" in texts["README.md"]
    assert listed_files(texts["README.md"]) == [name for name in NAMES if name != "README.md"]


def test_the_readme_lists_only_pictures_that_exist() -> None:
    """An autoencoder has no picture of a discriminator; a decoder is not trained."""
    for family, has_training in (("autoencoder", True), ("decoder", False)):
        document = design_document(design(FAMILIES[family]))
        pictures = {"generator.svg": "<svg/>", "overlap.svg": "<svg/>"}
        texts = bundle_files(document, pictures)
        assert listed_files(texts["README.md"]) == [name for name in texts if name != "README.md"]
        assert ("train.py" in texts["README.md"]) is ("train.py" in texts) is has_training


@pytest.mark.torch
@pytest.mark.slow
def test_the_bundle_of_a_verified_design_holds_its_receipt(tmp_path: Path) -> None:
    texts = bundle(Brief(resolution=32, latent_dim=16, base_channels=8))
    assert "values measured by torch; verdict: verified |" in texts["README.md"]
    folder = unzip(texts, tmp_path)
    assert json.loads((folder / "receipt.json").read_text())["verdict"] == "verified"
    done = run_in(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(soak_count(2, 100)))
def test_every_bundle_passes_its_own_tests(
    python: TorchInterpreter, tmp_path: Path, seed: int
) -> None:
    """In an empty folder, with only torch and pytest."""
    done = python.run(unzip(bundle(some_brief(seed)), tmp_path), "-m", "pytest", "-q")
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_bundles_of_every_family_work(
    python: TorchInterpreter, tmp_path: Path, family: str
) -> None:
    """The bundled tests of every kind of design pass."""
    done = python.run(unzip(bundle(FAMILIES[family]), tmp_path), "-m", "pytest", "-q")
    assert done.returncode == 0, done.stdout


@pytest.mark.torch
@pytest.mark.slow
def test_a_changed_bundle_fails_its_tests(python: TorchInterpreter, tmp_path: Path) -> None:
    """A changed module fails the digest test and the size test of the bundle."""
    texts = bundle(Brief(resolution=28, latent_dim=10, base_channels=4, verify=Level.NONE))
    wrong = texts["model.py"].replace("stride=2, padding=1", "stride=2, padding=0", 1)
    assert wrong != texts["model.py"]
    done = python.run(unzip(texts | {"model.py": wrong}, tmp_path), "-m", "pytest", "-q")
    assert done.returncode == 1
    for name in ("model_has_the_digest_of_the_design", "pictures_have_the_requested_size"):
        assert f"FAILED test_model.py::test_{name}" in done.stdout


@pytest.mark.torch
def test_a_large_model_is_tested_on_the_meta_device(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """The bundle's tests of a large model compute shapes only, so they need little memory."""
    texts = bundle(Brief(resolution=4096, latent_dim=10, base_channels=4, verify=Level.NONE))
    done = python.run(unzip(texts, tmp_path), "-m", "pytest", "-q")
    assert done.returncode == 0, done.stdout
