"""The recipe of R3GAN's bundles: its losses, its schedule, and digits of all ten classes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, Level, Normalization, Output
from tests.bundle.designs import FAMILIES, bundle, training_folder, unzip
from tests.bundle.torch_interpreter import TorchInterpreter

FloatArray = npt.NDArray[np.float64]
IntegerArray = npt.NDArray[np.int64]

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """One interpreter with torch for all tests here."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


@pytest.mark.parametrize(
    ("output", "documented", "trained"),
    [
        (Output.LOGIT, "the logit (N,) of each being real out: for a relativistic loss with the penalties R1 and R2", "relativistic"),
        (Output.CRITIC, "the score (N,) of each, the higher the more real out: for a Wasserstein loss with a gradient penalty", "wasserstein"),
    ],
)  # fmt: skip
def test_the_script_trains_with_the_loss_that_the_discriminator_is_for(
    output: Output, documented: str, trained: str
) -> None:
    """Also where a brief asks for a critic; only the weight of R1 and R2 has examples in the README."""
    style = DiscriminatorStyle(normalization=Normalization.NONE, output=output)
    texts = bundle(replace(FAMILIES["r3gan"], classes=None, discriminator=style))
    assert f'"""Pictures (N, channels, 16, 20) in, {documented}."""' in texts["model.py"]
    assert f'BETAS = {{"{trained}": ' in texts["train.py"]
    assert ("`--penalty`" in texts["README.md"]) is (output is Output.LOGIT)


STEP = """
import model, torch, train
from argparse import Namespace
from math import exp, log1p
torch.manual_seed(0)

class Discriminator(model.Discriminator):
    def forward(self, image, labels):
        return super().forward(image.double(), labels)

discriminator, labels = Discriminator(base_channels=2).double(), torch.tensor([0, 1])
real, generated = torch.rand(2, 2, 3, 16, 20)
numbers = real[0].numel()

def squared_gradient(picture, label):
    moves = 1e-6 * torch.eye(numbers, dtype=torch.float64).view(numbers, *picture.shape)
    with torch.no_grad():
        up, down = (discriminator(picture + sign * moves, label.repeat(numbers)) for sign in (1, -1))
    return float(((up - down) / 2e-6).square().sum())

on_real, on_generated = discriminator(real, labels).tolist(), discriminator(generated, labels).tolist()
pairs = [*zip(on_real, on_generated)]
penalties = [
    sum(squared_gradient(each, label) for each, label in zip(pictures, labels)) / 2
    for pictures in (real, generated)
]
scale = 1 / sum(penalties)
expected = {
    "discriminator": sum(log1p(exp(g - r)) for r, g in pairs) / 2 + scale / 2 * sum(penalties),
    "generator": sum(log1p(exp(r - g)) for r, g in pairs) / 2,
}
assert penalties[0] != penalties[1] and abs(pairs[0][0] - pairs[0][1]) > 1e-3, (penalties, pairs)
generated.requires_grad_()
state = {
    "generator": lambda latents, given: generated,
    "discriminator": discriminator,
    "optimizer of generator": torch.optim.SGD([generated], lr=0),
    "optimizer of discriminator": torch.optim.SGD(discriminator.parameters(), lr=0),
}
options = Namespace(
    loss="relativistic", penalty=scale, augment=False, device="cpu", precision="float32"
)
found = train.train_step(state, real, [labels], options)
assert found.keys() == expected.keys()
assert all(abs(found[name] - expected[name]) < 1e-5 for name in expected), (found, expected)
"""


def test_the_losses_of_a_step_are_those_of_finite_differences(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """Pairs with the same label, and both penalties, through the design's own discriminator."""
    done = python.run(training_folder("r3gan", tmp_path, count=1), "-c", STEP)
    assert done.returncode == 0, done.stderr


SCHEDULE = """
import torch, train
from argparse import Namespace
options = Namespace(learning_rate=4e-4, penalty=3, decay=10, batch=5)
weight = torch.zeros(1, requires_grad=True)
state = {f"optimizer of {name}": torch.optim.Adam([weight]) for name in train.NETWORKS}
for step, rate, beta, penalty in (
    (0, 4e-4, 0.9, 3), (5, 2.5e-4, 0.945, 1.65), (10, 1e-4, 0.99, 0.3), (99, 1e-4, 0.99, 0.3)
):
    found = train.anneal(state, step, options)
    assert abs(found.penalty - penalty) < 1e-12 and found.batch == 5 and options.penalty == 3
    for optimizer in state.values():
        (group,) = optimizer.param_groups
        assert abs(group["lr"] - rate) < 1e-12
        assert group["betas"][0] == 0 and abs(group["betas"][1] - beta) < 1e-12
"""


def test_adam_and_the_penalties_follow_half_a_cosine(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """At the first step, halfway, at the last one and after it: a quarter of the rate, a tenth of the weight."""
    done = python.run(training_folder("r3gan", tmp_path, count=1), "-c", SCHEDULE)
    assert done.returncode == 0, done.stderr


LAST = """
import torch
checkpoint = torch.load("short/checkpoint.pt", weights_only=True)
for name in ("generator", "discriminator"):
    (group,) = checkpoint[f"optimizer of {name}"]["param_groups"]
    assert abs(group["lr"] - 5e-5) < 1e-12 and group["betas"] == (0.0, 0.99), group
"""


def test_a_run_follows_the_schedule(python: TorchInterpreter, tmp_path: Path) -> None:
    """A weight of ten that has fallen to a tenth gives the loss of a weight of one, and Adam ends as published."""
    folder = training_folder("r3gan", tmp_path)
    losses = []
    for name, decay, penalty in (("short", 1, 10), ("long", 10**9, 1), ("heavy", 10**9, 10)):
        options = ["--steps", "1", "--decay", str(decay), "--penalty", str(penalty)]
        done = python.run(folder, "train.py", "files", *options, "--output", name)
        assert done.returncode == 0, done.stderr
        losses += [float(row["discriminator"]) for row in rows_of(folder / name)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[2] > losses[1] + 1e-3
    done = python.run(folder, "-c", LAST)
    assert done.returncode == 0, done.stderr


DIGITS = Brief(
    resolution=8, latent_dim=16, channels=1, base_channels=64, classes=10,
    architecture=Architecture.R3GAN, verify=Level.NONE,
)  # fmt: skip

SAMPLE = """
import model, numpy, sys, torch
generator = model.Generator().eval()
generator.load_state_dict(torch.load(f"{sys.argv[1]}/generator.pt"))
torch.manual_seed(0)
with torch.no_grad():
    pictures = generator(torch.randn(1000, 16, 1, 1), torch.arange(10).repeat_interleave(100))
numpy.save(f"{sys.argv[1]}/pictures.npy", pictures.clamp(-1, 1).flatten(1).numpy())
"""


@pytest.fixture(scope="module")
def trained_on_digits(
    python: TorchInterpreter, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., FloatArray]:
    """What the script makes of handwritten digits: pictures of each class, 100 after the other."""
    folder = unzip(bundle(DIGITS), tmp_path_factory.mktemp("digits"))
    images, classes = load_digits().images, load_digits().target
    for number, (image, digit) in enumerate(zip(images, classes, strict=True)):
        (folder / "digits" / str(digit)).mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((image * 15.9).astype(np.uint8))
        picture.save(folder / "digits" / str(digit) / f"{number}.png")

    def train(*, steps: int, seed: int = 0) -> FloatArray:
        output = f"{steps}-{seed}"
        options = ["--steps", str(steps), "--seed", str(seed), "--output", output]
        done = python.run(folder, "train.py", "digits", *options)
        assert done.returncode == 0, done.stderr
        losses = [float(loss) for row in rows_of(folder / output) for loss in row.values()]
        assert len(losses) == 3 * steps
        assert np.isfinite(losses).all()
        assert python.run(folder, "-c", SAMPLE, output).returncode == 0
        pictures: FloatArray = np.load(folder / output / "pictures.npy")
        return pictures

    return train


def nearest_digits(pictures: FloatArray) -> tuple[FloatArray, IntegerArray]:
    """The squared distance of each picture to the digit that is nearest to it, and its class."""
    digits, classes = load_digits(return_X_y=True)
    digits = digits / 8 - 1
    squares = (pictures**2).sum(axis=1)[:, None] + (digits**2).sum(axis=1)
    distances = squares - 2 * pictures @ digits.T
    return distances.min(axis=1), classes[distances.argmin(axis=1)]


def test_thirty_steps_lead_towards_digits(trained_on_digits: Callable[..., FloatArray]) -> None:
    """Finite losses, and samples nearer to digits, by a third in squares, than those of one step."""
    first, later = (np.median(nearest_digits(trained_on_digits(steps=n))[0]) for n in (1, 30))
    assert later < 2 / 3 * first


@pytest.mark.soak
def test_three_hundred_steps_give_all_ten_classes(
    trained_on_digits: Callable[..., FloatArray],
) -> None:
    """With two of three seeds or more, each label's samples are nearest to digits of its class most often."""
    complete = []
    for seed in range(3):
        _, classes = nearest_digits(trained_on_digits(steps=300, seed=seed))
        votes = [np.bincount(each, minlength=10) for each in np.split(classes, 10)]
        complete.append([int(counts.argmax()) for counts in votes] == [*range(10)])
    assert sum(complete) >= 2, complete


def rows_of(output: Path) -> list[dict[str, str]]:
    """The losses of all steps of a run."""
    with (output / "losses.csv").open() as file:
        return [*csv.DictReader(file)]
