"""Pairs of pictures and masks: what is read, by which geometry, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
import torch
from PIL import Image

from designer.brief.options import OutputActivation
from tests.bundle.designs import (
    bundle,
    data_folders,
    small_unet,
    training_folder,
    unzip,
    white_rectangle,
)
from tests.bundle.torch_interpreter import TorchInterpreter

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """One interpreter with torch for all tests here."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


READ = """
import sys, torch, train_data
from argparse import Namespace
pairs = train_data.find_pairs(*sys.argv[1:])
pictures, masks = train_data.read_files(pairs, Namespace(convert=False, device="cpu"))
torch.save({"pictures": pictures, "masks": masks, "names": [str(path) for path, _ in pairs]}, "read.pt")
"""


def read(python: TorchInterpreter, folder: Path, *folders: str) -> dict[str, torch.Tensor]:
    """The pictures and masks that the script of a bundle reads from two folders."""
    done = python.run(folder, "-c", READ, *folders)
    assert done.returncode == 0, done.stderr
    found: dict[str, torch.Tensor] = torch.load(folder / "read.pt", weights_only=True)
    return found


@pytest.mark.parametrize(("activation", "least"), [("none", 0), ("sigmoid", 0), ("tanh", -1)])
def test_a_mask_is_read_by_the_geometry_of_its_picture(
    python: TorchInterpreter, tmp_path: Path, activation: str, least: int
) -> None:
    """Where the picture is white, the mask is one, also after resizing and cropping; it stays binary."""
    brief = small_unet(16, output_activation=OutputActivation(activation))
    folder = unzip(bundle(brief), tmp_path)
    sizes = {"small": (8, 12), "wide": (16, 31), "tall": (40, 32), "large": (47, 61)}
    for name, (height, width) in sizes.items():
        pixels = white_rectangle(
            range(height // 4, height // 2), range(width // 3, width), (height, width)
        )
        for kind, suffix in (("pictures", "png"), ("masks", "bmp")):
            (folder / kind / "inner").mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / kind / "inner" / f"{name}.{suffix}")
    found = read(python, folder, "pictures", "masks")
    assert found["names"] == [f"pictures/inner/{name}.png" for name in sorted(sizes)]
    pictures, masks = found["pictures"], found["masks"]
    assert pictures.shape == masks.shape == (4, 1, 16, 16)
    assert pictures.min() == -1
    assert masks.min() == least
    assert masks.max() == pictures.max() == 1
    if activation != "tanh":
        assert set(masks.unique().tolist()) == {0, 1}
    different = ((masks > (1 + least) / 2) != (pictures > 0)).sum(dim=(1, 2, 3))
    assert different.max() <= 16


def test_arrays_of_labels_stay_labels_and_the_channels_are_those_of_each_end(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """One channel in and five out; twice as large files give the mask of every second position."""
    folder = training_folder("skips of a volume", tmp_path, count=1)
    rng = np.random.default_rng(0)
    picture = rng.uniform(-1, 1, (16, 20, 18)).astype(np.float32)
    mask = rng.integers(0, 2, (5, 16, 20, 18)).astype(np.uint8)
    np.save(folder / "files" / "even" / "0.npy", picture)
    np.save(folder / "masks" / "even" / "0.npy", mask)
    found = read(python, folder, "files", "masks")
    means = picture.reshape(8, 2, 10, 2, 9, 2).mean(axis=(1, 3, 5))
    np.testing.assert_allclose(found["pictures"][0, 0].numpy(), means, atol=1e-6)
    np.testing.assert_array_equal(found["masks"][0].numpy(), mask[:, 1::2, 1::2, 1::2])


def unpaired(folder: Path) -> None:
    (folder / "masks" / "even" / "2.png").unlink()


def unpaired_mask(folder: Path) -> None:
    Image.new("L", (23, 17)).save(folder / "masks" / "more.png")


def elsewhere(folder: Path) -> None:
    (folder / "masks" / "even").rename(folder / "masks" / "other")


def twice(folder: Path) -> None:
    Image.new("RGB", (23, 17)).save(folder / "files" / "even" / "2.bmp")


def no_masks(folder: Path) -> None:
    rmtree(folder / "masks")
    (folder / "masks").mkdir()


def gray_picture(folder: Path) -> None:
    Image.new("L", (23, 17)).save(folder / "files" / "even" / "0.png")


def color_mask(folder: Path) -> None:
    Image.new("RGB", (23, 17)).save(folder / "masks" / "even" / "0.png")


def other_size(folder: Path) -> None:
    Image.new("L", (23, 19)).save(folder / "masks" / "even" / "0.png")


def ones(folder: Path) -> None:
    Image.new("L", (23, 17), 1).save(folder / "masks" / "even" / "0.png")


def negative(folder: Path) -> None:
    (folder / "masks" / "even" / "0.png").unlink()
    np.save(folder / "masks" / "even" / "0.npy", -np.ones((17, 23)))


def more_classes(folder: Path) -> None:
    np.save(folder / "masks" / "even" / "0.npy", np.ones((6, 8, 10, 9)))


def bytes_as_values(folder: Path) -> None:
    np.save(folder / "files" / "even" / "0.npy", np.full((1, 64), 255.0))


def nothing(folder: Path) -> None:
    """Leave the folders as they are."""


REFUSALS = [
    ("masks", unpaired, "", r"files/even/2\.png has no file of its name in masks \(6 and 5 files, 1 without a partner\)"),
    ("masks", unpaired_mask, "", r"masks/more\.png has no file of its name in files \(7 and 6 files, 1 without"),
    ("masks", elsewhere, "", r"files/even/0\.png has no file of its name in masks \(6 and 6 files, 3 without"),
    ("masks", twice, "", r"files/even/2\.bmp and files/even/2\.png differ only in their suffix"),
    ("masks", no_masks, "", r"masks has no file that ends in \.avif .* \.webp"),
    ("masks", gray_picture, "", r"files/even/0\.png has 1 channel and a picture of the model 3; --convert"),
    ("masks", color_mask, "", r"masks/even/0\.png has 3 channels and a mask of the model 1; --convert"),
    ("masks", other_size, "", r"files/even/0\.png has the size 17×23, and its mask masks/even/0\.png 19×23"),
    ("masks", ones, "", r"masks/even/0\.png has values from 0 to 1: white is 255"),
    ("masks", negative, "", r"masks/even/0\.npy has values from -1\.0 to -1\.0 and a mask from 0 to 1"),
    ("masks", nothing, "--output masks/results", "--output masks/results is inside masks"),
    ("skips of a volume", more_classes, "", r"even/0\.npy has the shape \(6, 8, 10, 9\) and a mask needs 5 channels"),
    ("skips of a signal", bytes_as_values, "", r"has values from 255\.0 to 255\.0 and a picture from -1 to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "change", "options", "message"), REFUSALS)
def test_a_refusal_names_the_file(
    python: TorchInterpreter,
    tmp_path: Path,
    family: str,
    change: Callable[[Path], None],
    options: str,
    message: str,
) -> None:
    """Exit status 2, one line, and no traceback."""
    folder = training_folder(family, tmp_path, count=6)
    change(folder)
    given = [*data_folders(family), *options.split(), "--steps", "1", "--batch", "6"]
    done = python.run(folder, "train.py", *given)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("train.py: ")
    assert re.search(message, done.stderr), done.stderr


def test_a_picture_is_no_mask_of_five_classes(python: TorchInterpreter, tmp_path: Path) -> None:
    """No picture has five channels, so none is read as a mask, and the README names arrays alone."""
    folder = unzip(
        bundle(small_unet(16, channels=5, input_channels=1, output_activation="none")), tmp_path
    )
    for name in ("files", "masks"):
        (folder / name).mkdir()
        Image.new("L", (16, 16)).save(folder / name / "0.png")
    done = python.run(folder, "train.py", "files", "masks", "--convert", "--steps", "1")
    assert "masks/0.png is a picture, and a mask is an array of 5 channels" in done.stderr
    readme = (folder / "README.md").read_text()
    assert readme.count("- pictures: ") == 1
    assert "5 channels first, then 2 axes, values from 0 to 1" in readme
