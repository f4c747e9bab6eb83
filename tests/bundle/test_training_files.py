"""What a training script reads and refuses: formats, sizes, values, order, and clear errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
import torch
from PIL import Image

from designer.brief.model import Brief
from designer.brief.options import Level
from tests.bundle.designs import FAMILIES, bundle, training_folder, unzip
from tests.bundle.torch_interpreter import TorchInterpreter

pytestmark = [pytest.mark.torch, pytest.mark.slow]

FORMATS = ("avif", "bmp", "gif", "JPEG", "jpg", "png", "ppm", "tif", "tiff", "webp")

READ = """
import sys, torch, train_data
from argparse import Namespace
from pathlib import Path
options = Namespace(convert="--convert" in sys.argv)
paths = [Path(name) for name in sys.argv[1:] if name != "--convert"]
torch.save(torch.stack([train_data.read_file(path, options) for path in paths]), "read.pt")
"""


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """One interpreter with torch for all tests here."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a family's bundle, with six files to train on."""
    made: dict[str, Path] = {}

    def make(family: str) -> Path:
        if family not in made:
            made[family] = training_folder(family, tmp_path_factory.mktemp(family), count=6)
        return made[family]

    return make


def read_all(python: TorchInterpreter, folder: Path, *arguments: str) -> torch.Tensor:
    """What the script of a bundle reads from files in its folder, stacked."""
    done = python.run(folder, "-c", READ, *arguments)
    assert done.returncode == 0, done.stderr
    tensor: torch.Tensor = torch.load(folder / "read.pt", weights_only=True)
    return tensor


def read(python: TorchInterpreter, folder: Path, *arguments: str) -> torch.Tensor:
    """What the script of a bundle reads from one file in its folder."""
    (tensor,) = read_all(python, folder, *arguments)
    return tensor


def test_every_format_gives_the_same_picture(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    """Red on the left, blue on the right; what lossy formats blur is left out."""
    folder = folders("probability")
    pixels = np.zeros((16, 20, 3), dtype=np.uint8)
    pixels[:, :10, 0] = pixels[:, 10:, 2] = 255
    names = [f"picture.{suffix}" for suffix in FORMATS]
    for name in names:
        Image.fromarray(pixels).save(folder / name)
    expected = torch.tensor(pixels.transpose(2, 0, 1) / 127.5 - 1, dtype=torch.float32)
    inside = torch.ones(20, dtype=torch.bool)
    inside[8:12] = False
    for tensor in read_all(python, folder, *names):
        assert tensor.shape == (3, 16, 20)
        torch.testing.assert_close(tensor[:, :, inside], expected[:, :, inside], atol=0.12, rtol=0)


def test_a_picture_is_scaled_to_cover_and_cropped_to_its_middle(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    """Thirds of 32×96 in black, gray and white: in 16×20 the middle third fills what is shown."""
    folder = folders("probability")
    pixels = np.repeat(np.array([0, 128, 255], dtype=np.uint8), 40)
    pixels = np.broadcast_to(pixels[None, :, None], (32, 120, 3))
    Image.fromarray(np.ascontiguousarray(pixels)).save(folder / "wide.png")
    tensor = read(python, folder, "wide.png")
    assert tensor[:, :, 2:-2].sub(128 / 127.5 - 1).abs().max() < 1e-6
    Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 0, 2))).save(folder / "tall.png")
    assert read(python, folder, "tall.png").sub(128 / 127.5 - 1).abs().max() < 1e-6


def test_a_photograph_is_turned_as_its_camera_says(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    """Exif orientation 6: the stored left side is the top of the picture."""
    folder = folders("probability")
    pixels = np.zeros((20, 16, 3), dtype=np.uint8)
    pixels[:, 8:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(folder / "turned.png", exif=exif)
    tensor = read(python, folder, "turned.png")
    assert tensor[:, :7].max() < -0.9
    assert tensor[:, 9:].min() > 0.9


@pytest.mark.parametrize(("activation", "least"), [("tanh", -1), ("sigmoid", 0), ("none", -1)])
def test_black_and_white_are_the_ends_of_the_models_range(
    python: TorchInterpreter, tmp_path: Path, activation: str, least: int
) -> None:
    """In gray, with eight, sixteen bits or one."""
    brief = Brief(
        resolution=8, latent_dim=4, channels=1, base_channels=4, verify=Level.NONE,
        output_activation=activation,
    )  # fmt: skip
    folder = unzip(bundle(brief), tmp_path)
    half = np.arange(64).reshape(8, 8) % 8 >= 4
    pixels = {"8": half.astype(np.uint8) * 255, "16": half.astype(np.uint16) * 65535, "1": half}
    for name, values in pixels.items():
        Image.fromarray(values).save(folder / f"{name}.png")
    for tensor in read_all(python, folder, *[f"{name}.png" for name in pixels]):
        assert torch.equal(tensor, torch.tensor(half).float()[None] * (1 - least) + least)


@pytest.mark.parametrize("suffix", ["npy", "pt"])
def test_arrays_of_the_models_size_are_read_as_they_are(
    python: TorchInterpreter, folders: Callable[[str], Path], suffix: str
) -> None:
    for family in ("signal", "volume", "probability"):
        folder, brief = folders(family), FAMILIES[family]
        array = torch.rand(brief.channels, *brief.resolution) * 2 - 1
        if suffix == "pt":
            torch.save(array, folder / "array.pt")
        else:
            np.save(folder / "array.npy", array.numpy())
        assert torch.equal(read(python, folder, f"array.{suffix}"), array)


def test_a_larger_array_is_averaged_and_cropped(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    """A volume of 8×12×8 from 16×24×20: means of 2×2×2 values, without the ends of the last axis."""
    folder = folders("volume")
    array = np.random.default_rng(0).uniform(-1, 1, (16, 24, 20)).astype(np.float32)
    np.save(folder / "array.npy", array)
    means = array.reshape(8, 2, 12, 2, 10, 2).mean(axis=(1, 3, 5))[None, :, :, 1:-1]
    tensor = read(python, folder, "array.npy")
    np.testing.assert_allclose(tensor.numpy(), means, atol=1e-6)


def test_every_epoch_reads_each_file_once_in_another_order(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    """Also where a batch is larger than the folder or an epoch ends within it."""
    script = """
import train_data
from argparse import Namespace
train_data.read_files = lambda files, options: (files,)
def order(batch, steps, done=0):
    options = Namespace(batch=batch, steps=steps, seed=3, device="cpu")
    return [f for _, files in train_data.read_batches([*"abcdefg"], options, done) for f in files]
drawn = order(4, 14)
epochs = ["".join(drawn[start : start + 7]) for start in range(0, 56, 7)]
assert all(sorted(epoch) == [*"abcdefg"] for epoch in epochs) and len(set(epochs)) > 6
assert order(14, 4) == drawn and order(4, 14, done=5) == drawn[20:]
"""
    done = python.run(folders("probability"), "-c", script)
    assert done.returncode == 0, done.stderr


def gray(folder: Path) -> None:
    Image.new("L", (20, 20)).save(folder / "files" / "gray.png")


def broken(folder: Path) -> None:
    (folder / "files" / "even" / "broken.jpg").write_bytes(b"not a picture")


def cut(folder: Path) -> None:
    data = (folder / "files" / "even" / "0.png").read_bytes()
    (folder / "files" / "even" / "cut.png").write_bytes(data[: len(data) // 2])


def empty(folder: Path) -> None:
    rmtree(folder / "files")
    (folder / "files").mkdir()
    (folder / "files" / "notes.txt").write_text("no picture")


def long_signal(folder: Path) -> None:
    np.save(folder / "files" / "other.npy", np.zeros((1, 64), dtype=np.float32))


def loud(folder: Path) -> None:
    np.save(folder / "files" / "loud.npy", np.full((2, 64), 7.0, dtype=np.float32))


def third_class(folder: Path) -> None:
    (folder / "files" / "third").mkdir()
    Image.new("RGB", (20, 20)).save(folder / "files" / "third" / "0.png")


def nothing(folder: Path) -> None:
    """Leave the folder as it is."""


REFUSALS = [
    ("probability", empty, "files", r"files has no file that ends in \.avif .* \.webp"),
    ("probability", nothing, "missing", "missing is not a folder"),
    ("probability", gray, "files", r"gray\.png has 1 channel and the model 3; --convert converts"),
    ("probability", broken, "files", r"broken\.jpg cannot be read: cannot identify image file"),
    ("probability", cut, "files", r"cut\.png cannot be read: image file is truncated"),
    ("probability", nothing, "files --output files/results", "files/results is inside files"),
    ("labels", third_class, "files", "files needs 2 subfolders, one per class, and has 3"),
    ("labels", gray, "files", "one per class, and has files outside of them"),
    ("signal", long_signal, "files", r"shape \(1, 64\) and the model needs 2 channels first, then"),
    ("signal", loud, "files", r"has values from 7\.0 to 7\.0 and the model from -1 to 1"),
    ("signal", nothing, "files --learning-rate 1e30", "are .*nan.*: lower --learning-rate"),
]


@pytest.mark.parametrize(("family", "change", "options", "message"), REFUSALS)
def test_a_refusal_is_one_sentence(
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
    done = python.run(folder, "train.py", *options.split(), "--steps", "4", "--batch", "8")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("train.py: ")
    assert re.search(message, done.stderr)


def test_gray_pictures_are_converted_on_request(
    python: TorchInterpreter, folders: Callable[[str], Path]
) -> None:
    folder = folders("probability")
    Image.new("L", (20, 16), 255).save(folder / "white.png")
    assert torch.equal(read(python, folder, "white.png", "--convert"), torch.ones(3, 16, 20))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "checkpoint.pt exists: go on with --resume or choose another --output"),
        ("--resume --batch 3", "checkpoint.pt was made with the batch 2, not 3"),
        ("--resume --loss hinge", "checkpoint.pt was made with the loss relativistic, not hinge"),
    ],
)
def test_a_checkpoint_is_not_mixed_with_another_run(
    python: TorchInterpreter, tmp_path: Path, options: str, message: str
) -> None:
    folder = training_folder("labels", tmp_path, count=6)
    command = ["train.py", "files", "--steps", "1", "--batch", "2"]
    assert python.run(folder, *command).returncode == 0
    done = python.run(folder, *command, *options.split())
    assert (done.returncode, done.stderr) == (2, f"train.py: training/{message}\n")
