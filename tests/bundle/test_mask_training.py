"""Training on pairs of pictures and masks: the losses, the samples, and what is learned."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from designer.bundle import bundle_files
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design
from tests.bundle.designs import (
    FAMILIES,
    bundle,
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


LOSSES = """
import sys, torch, train
from argparse import Namespace
from math import exp, log
torch.manual_seed(0)
values = torch.rand(64, 1, 4, 5) * 0.9 + 0.05
masks = torch.rand(64, 1, 4, 5)
seen, weight = [], torch.ones(1, requires_grad=True)
def unet(pictures):
    seen.append(pictures)
    return pictures * weight
state = {"unet": unet, "optimizer of unet": torch.optim.SGD([weight], lr=0)}
def step(flip):
    (loss,) = train.BETAS
    options = Namespace(loss=loss, flip=flip, device="cpu", precision="float32")
    train.SIDES = [4, 5]
    return train.train_step(state, values, masks, options)
def sigmoid(x): return 1 / (1 + exp(-x))
def entropy(p, t): return -t * log(p) - (1 - t) * log(1 - p)
formulas = {
    "none": lambda x, t: entropy(sigmoid(x), t), "sigmoid": entropy, "tanh": lambda x, t: abs(x - t)
}
formula = formulas[train.DESIGN["brief"]["output_activation"]]
pairs = [*zip(values.flatten().tolist(), masks.flatten().tolist())]
expected = sum(formula(x, t) for x, t in pairs) / len(pairs)
found = step(flip=False)
assert [*found] == [*train.BETAS] and abs(found[[*found][0]] - expected) < 1e-5, (found, expected)
assert weight.grad.abs() > 0
mirrored = step(flip=True)  # a loss of each position does not change if both are mirrored together
assert abs(mirrored[[*found][0]] - expected) < 1e-5
same = [bool((a == b).all()) for a, b in zip(seen[1], values)]
flipped = [bool((a == b.flip(-1)).all()) for a, b in zip(seen[1], values)]
assert all(a != b for a, b in zip(same, flipped)) and 10 < sum(same) < 54
"""


@pytest.mark.parametrize("activation", ["none", "sigmoid", "tanh"])
def test_the_loss_of_a_step_has_its_closed_form(
    python: TorchInterpreter, tmp_path: Path, activation: str
) -> None:
    """Position by position, with the mask as target; ``--flip`` mirrors both of a pair or none."""
    folder = unzip(bundle(small_unet(16, output_activation=activation)), tmp_path)
    done = python.run(folder, "-c", LOSSES)
    assert done.returncode == 0, done.stderr


def test_the_grid_shows_picture_prediction_and_mask(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """Each row; the prediction is the probability that the saved weights give."""
    folder = training_folder("masks", tmp_path, count=6)
    done = python.run(folder, "train.py", "files", "masks", "--steps", "3", "--rows", "4")
    assert done.returncode == 0, done.stderr
    compare = """
import numpy, torch, model, train_data
from argparse import Namespace
from PIL import Image
network = model.UNet().eval()
network.load_state_dict(torch.load("training/unet.pt"))
pairs = train_data.find_pairs("files", "masks")[:4]
pictures, masks = train_data.read_files(pairs, Namespace(convert=False, device="cpu"))
predictions = network(pictures).sigmoid().detach()
shown = torch.tensor(numpy.asarray(Image.open("training/samples/000003.png")).astype(int))
assert shown.shape == (4 * 26, 3 * 21, 3)
for row in range(4):
    for column, panel in enumerate(((pictures[row] + 1) / 2, predictions[row], masks[row])):
        found = shown[26 * row + 1 : 26 * row + 25, 21 * column + 1 : 21 * column + 20]
        assert (found.movedim(-1, 0) - 255 * panel).abs().max() <= 0.51
"""
    done = python.run(folder, "-c", compare)
    assert done.returncode == 0, done.stderr


def write_rectangles(folder: Path, *, count: int, side: int) -> float:
    """Bright rectangles on noise with their masks; the loss of the best constant prediction."""
    rng = np.random.default_rng(0)
    for name in ("pictures", "masks"):
        (folder / name).mkdir()
    share = 0.0
    for number in range(count):
        top, left = rng.integers(0, side // 2, 2)
        height, width = rng.integers(side // 4, side // 2, 2)
        mask = white_rectangle(range(top, top + height), range(left, left + width), (side, side))
        noise = rng.integers(0, 100, (side, side))
        picture = (noise + (mask > 0) * 100).astype(np.uint8)
        Image.fromarray(picture).save(folder / "pictures" / f"{number}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")
        share += float((mask > 0).mean()) / count
    return float(-share * np.log(share) - (1 - share) * np.log(1 - share))


def test_a_small_network_learns_rectangles(python: TorchInterpreter, tmp_path: Path) -> None:
    """In 60 steps, the loss is a fifth of that of the constant that is right most often."""
    folder = unzip(bundle(small_unet(32, output_activation="none")), tmp_path)
    constant = write_rectangles(folder, count=64, side=32)
    options = ["--steps", "60", "--batch", "16", "--learning-rate", "0.01"]
    done = python.run(folder, "train.py", "pictures", "masks", *options)
    assert done.returncode == 0, done.stderr
    with (folder / "training" / "losses.csv").open() as table:
        losses = [float(row["cross_entropy"]) for row in csv.DictReader(table)]
    assert losses[0] > 0.8 * constant
    assert np.mean(losses[-5:]) < 0.2 * constant


def test_a_bundle_runs_its_network_at_the_sizes_that_are_proved(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """At the least size and at others; a wrong least size fails."""
    document = design_document(design(FAMILIES["masks"]))
    for least, passed in (("4×2", True), ("3×2", False)):
        texts = bundle_files(document | {"sizes_proved": f"all from {least}"})
        assert f"from inputs of 3×24×19, and for all sizes from {least} on:" in texts["README.md"]
        folder = unzip(texts, tmp_path / least)
        done = python.run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        assert (done.returncode == 0) is passed, done.stdout
        assert ("FAILED test_model.py::test_inputs_of_other_sizes" in done.stdout) is not passed
    unproved = bundle_files(document)
    assert "test_inputs_of_other_sizes" not in unproved["test_model.py"]
    assert json.loads(unproved["design.json"])["sizes_proved"] is None
