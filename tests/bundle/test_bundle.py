"""Bundles: files, archive bytes, and the bundled tests and training examples in a process."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from designer.brief.model import Brief, Level
from designer.brief.options import DiscriminatorStyle, InitialMap, Normalization, Output
from designer.bundle import bundle_files, zip_files
from designer.geometry.resampling import Upsampling
from designer.pipeline.design import design
from designer.pipeline.design_json import design_document
from tests.bundle.torch_interpreter import TorchInterpreter, run_in
from tests.support import soak_count

NAMES = ["model.py", "test_model.py", "design.json", "receipt.json", "train.py", "README.md"]


def bundle(brief: Brief) -> dict[str, str]:
    """The files of the bundle of a brief."""
    return bundle_files(design_document(design(brief)))


def unzip(texts: dict[str, str], folder: Path) -> Path:
    """The folder with the unpacked archive of the texts."""
    with ZipFile(BytesIO(zip_files(texts))) as archive:
        archive.extractall(folder)
    return folder


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
    """An autoencoder has no picture of a discriminator; a decoder has no training example."""
    for family, has_training in (("autoencoder", True), ("decoder", False)):
        document = design_document(design(FAMILIES[family]))
        pictures = {"generator.svg": "<svg/>", "overlap.svg": "<svg/>"}
        texts = bundle_files(document, pictures)
        assert listed_files(texts["README.md"]) == [name for name in texts if name != "README.md"]
        assert ("train.py" in texts["README.md"]) is has_training


@pytest.mark.parametrize(
    ("resolution", "channels", "what"),
    [
        ((16, 16), 3, "PPM pictures (convert others with `mogrify -format ppm *.jpg`) and tensors"),
        ((16, 16), 1, "PGM pictures (convert others with `mogrify -format pgm *.jpg`) and tensors"),
        ((16, 16), 2, "tensors saved with `torch.save` as `.pt` files (2 channels, then 2 axes)"),
        ((64,), 1, "tensors saved with `torch.save` as `.pt` files (1 channel, then 1 axis)"),
        ((8, 8, 8), 3, "tensors saved with `torch.save` as `.pt` files (3 channels, then 3 axes)"),
    ],
)
def test_the_readme_says_which_files_train(
    resolution: tuple[int, ...], channels: int, what: str
) -> None:
    brief = Brief(
        resolution=resolution, latent_dim=4, channels=channels, base_channels=4, verify=Level.NONE
    )
    readme = " ".join(bundle(brief)["README.md"].split())
    assert f"`train.py` reads {what}" in readme


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


CRITIC = DiscriminatorStyle(normalization=Normalization.LAYER, output=Output.CRITIC)
PATCH = DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT, patch=7)
FAMILIES = {
    "labels": Brief(
        resolution=16, latent_dim=8, base_channels=4, classes=2, verify=Level.NONE
    ),
    "critic": Brief(
        resolution=16, latent_dim=8, base_channels=4, discriminator=CRITIC, verify=Level.NONE
    ),
    "patch": Brief(
        resolution=16, latent_dim=8, base_channels=4, classes=2, discriminator=PATCH,
        upsampling=Upsampling.SUBPIXEL, verify=Level.NONE,
    ),
    "autoencoder": Brief(
        resolution=16, initial_map=InitialMap(channels=4, size=(4, 4)), base_channels=4,
        encoder=True, verify=Level.NONE,
    ),
    "decoder": Brief(
        resolution=(512,), initial_map=InitialMap(channels=8, size=(8,)), base_channels=4,
        verify=Level.NONE,
    ),
}  # fmt: skip


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_bundles_of_every_family_work(
    python: TorchInterpreter, tmp_path: Path, family: str
) -> None:
    """The tests pass, and the training example runs with one subfolder of pictures per class."""
    texts = bundle(FAMILIES[family])
    folder = unzip(texts, tmp_path)
    done = python.run(folder, "-m", "pytest", "-q")
    assert done.returncode == 0, done.stdout
    assert ("train.py" in texts) is (family != "decoder")
    if family != "decoder":
        (folder / "pictures").mkdir()
        for kind in ("one", "two"):
            write_pictures(folder / "pictures" / kind, kind="ppm")
        done = python.run(folder, "train.py", "pictures", "2", "4")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("step 1: ")


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


def write_pictures(folder: Path, *, kind: str) -> None:
    """Write five pictures whose sizes differ from the model's, and a file that is not a picture."""
    folder.mkdir()
    rng = random.Random(0)
    for index in range(5):
        width, height = 20 + index, 33
        channels = {"ppm": 3, "pgm": 1}[kind]
        header = f"P{ {'ppm': 6, 'pgm': 5}[kind] }\n# made in a test\n{width} {height}\n255\n"
        (folder / f"{index}.{kind}").write_bytes(
            header.encode() + rng.randbytes(width * height * channels)
        )
    (folder / "notes.txt").write_text("not a picture")


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "channels"), [("ppm", 3), ("pgm", 1)])
def test_the_training_example_trains(
    python: TorchInterpreter, tmp_path: Path, kind: str, channels: int
) -> None:
    """Three training steps; the saved state dict can be loaded."""
    brief = Brief(
        resolution=(28, 32), latent_dim=10, channels=channels, base_channels=4, verify=Level.NONE
    )
    folder = unzip(bundle(brief), tmp_path)
    write_pictures(folder / "pictures", kind=kind)
    done = python.run(folder, "train.py", "pictures", "3", "4")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "step 1",
        "step 2",
        "step 3",
    ]
    load_weights = (
        "import torch, model; model.Generator().load_state_dict(torch.load('generator.pt'))"
    )
    assert python.run(folder, "-c", load_weights).returncode == 0


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(
    ("output_activation", "least"), [("tanh", -1.0), ("sigmoid", 0.0), ("none", -1.0)]
)
def test_pictures_are_read_in_the_models_range(
    python: TorchInterpreter, tmp_path: Path, output_activation: str, least: float
) -> None:
    """Black and white are the ends of the range of the last activation."""
    brief = Brief(
        resolution=16, latent_dim=4, output_activation=output_activation, verify=Level.NONE
    )
    folder = unzip(bundle(brief), tmp_path)
    for name, byte in (("black", b"\x00"), ("white", b"\xff")):
        (folder / f"{name}.ppm").write_bytes(b"P6\n16 16\n255\n" + byte * 768)
    look = (
        "import train; from pathlib import Path;"
        "print(*(train.read_picture(Path(f'{n}.ppm')).unique().item() for n in ('black', 'white')))"
    )
    assert python.run(folder, "-c", look).stdout.split() == [str(least), "1.0"]


@pytest.mark.torch
@pytest.mark.slow
def test_signals_train_as_tensors(python: TorchInterpreter, tmp_path: Path) -> None:
    """Signals are read as saved tensors."""
    brief = Brief(resolution=(64,), latent_dim=5, channels=2, base_channels=4, verify=Level.NONE)
    folder = unzip(bundle(brief), tmp_path)
    make = (
        "import torch; from pathlib import Path; Path('signals').mkdir();"
        "[torch.save(torch.rand(2, 70) * 2 - 1, f'signals/{i}.pt') for i in range(4)]"
    )
    assert python.run(folder, "-c", make).returncode == 0
    done = python.run(folder, "train.py", "signals", "2", "3")
    assert done.returncode == 0, done.stderr
    assert "step 2:" in done.stdout


def test_the_texts_are_clean_under_ruff(tmp_path: Path) -> None:
    for family in ("critic", "autoencoder"):
        texts = bundle(FAMILIES[family])
        for name in ("test_model.py", "train.py"):
            (tmp_path / f"{family}_{name}").write_text(texts[name])
    options = ["--isolated", "--select", "E,F,W,I,B,UP", "--line-length", "105"]
    done = run_in(tmp_path, "-m", "ruff", "check", *options, ".")
    assert done.returncode == 0, done.stdout
