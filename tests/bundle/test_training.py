"""Training of bundles: from the archive to samples, kills and resumption, and refusals."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, Level, Output
from designer.bundle import zip_files
from tests.bundle.designs import (
    FAMILIES,
    LOSSES,
    TRAINED,
    WEIGHTS,
    bundle,
    data_folders,
    training_folder,
    unzip,
)
from tests.bundle.torch_interpreter import TorchInterpreter, environment
from tests.support import SOAK

pytestmark = [pytest.mark.torch, pytest.mark.slow]

GRIDS = {
    "probability": (8 * 22, 8 * 18),
    "labels": (2 * 18, 8 * 18),
    "critic": (8 * 18, 8 * 18),
    "patch": (2 * 18, 8 * 18),
    "signal": (8 * 258, 8 * 66),
    "volume": (8 * 10, 8 * 14),
    "map": (8 * 18, 8 * 18),
    "autoencoder": (8 * 18, 8 * 18),
    "variational": (8 * 18, 8 * 18),
    "r3gan": (2 * 22, 8 * 18),
    "masks": (3 * 21, 8 * 26),
    "skips of a signal": (3 * 258, 8 * 66),
    "skips of a volume": (3 * 11, 8 * 12),
}
"""Width and height of the grid of a family: columns and rows of panels with a border of a pixel."""

OPTIONS = {
    "labels": ["--augment"],
    "signal": ["--augment"],
    "map": ["--precision", "bfloat16"],
    "r3gan": ["--decay", "5"],
    "masks": ["--flip"],
}

COMPARE = """
import sys, torch
def leaves(value):
    if isinstance(value, dict):
        for key in value:
            yield key
            yield from leaves(value[key])
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from leaves(each)
    else:
        yield value
first, second = (list(leaves(torch.load(path, weights_only=True))) for path in sys.argv[1:])
assert len(first) == len(second) > 100
tensors = [(a, b) for a, b in zip(first, second) if isinstance(a, torch.Tensor)]
assert len(tensors) > 30 and all(torch.equal(a, b) for a, b in tensors)
assert all(a == b for a, b in zip(first, second) if not isinstance(a, torch.Tensor))
"""

KILL = """
import os, signal, sys, torch, train

def kill_in(module, name, number, before=lambda *arguments: None):
    function, calls = getattr(module, name), []
    def counted(*arguments):
        calls.append(arguments)
        if len(calls) == number:
            before(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    setattr(module, name, counted)

def write_half(value, file):
    file.write(b"PK")
    file.flush()

{kill}
sys.argv[0] = "train.py"
train.main()
"""


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """One interpreter with torch for all tests here."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


def result_files(output: Path) -> dict[str, bytes]:
    """The results that are the same bytes in equal runs; files of weights hold their own names."""
    files = [output / "losses.csv", *(output / "samples").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def test_three_commands_lead_from_the_archive_to_samples(tmp_path: Path) -> None:
    """They unpack the archive, and do what its README says in its folder, with 200 pictures."""
    files = training_folder("probability", tmp_path / "prepared", count=200) / "files"
    texts = bundle(FAMILIES["probability"])
    (tmp_path / "bundle.zip").write_bytes(zip_files(texts))
    (block,) = re.findall(r"```sh\n(.*?)```", texts["README.md"], flags=re.DOTALL)
    install, train = block.splitlines()
    train = train.replace("FOLDER", str(files)).replace("20000", "2")
    assert (install, train) == (
        "pip install torch numpy pillow",
        f"python3 train.py {files} --steps 2",
    )
    variables = environment(tmp_path)
    variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
    for folder, command in (
        (tmp_path, "python3 -m zipfile -e bundle.zip bundle"),
        (tmp_path / "bundle", install),
        (tmp_path / "bundle", train),
    ):
        subprocess.run(command, shell=True, cwd=folder, env=variables, check=True)
    with Image.open(tmp_path / "bundle" / "training" / "samples" / "000002.png") as grid:
        assert grid.size == GRIDS["probability"]


@pytest.mark.parametrize("family", TRAINED)
def test_every_family_trains(python: TorchInterpreter, tmp_path: Path, family: str) -> None:
    """200 files and two steps give a grid, the losses, and weights that the model loads."""
    folder = training_folder(family, tmp_path, count=200)
    options = [*OPTIONS.get(family, []), "--steps", "2", "--batch", "8"]
    done = python.run(folder, "train.py", *data_folders(family), *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"step 1: \w+ -?\d+\.\d{4}", done.stdout)
    with Image.open(folder / "training" / "samples" / "000002.png") as grid:
        assert grid.size == GRIDS[family]
        low, high = grid.convert("L").getextrema()
        assert low == 0 < high
    header, *rows = (folder / "training" / "losses.csv").read_text().splitlines()
    assert header == f"step,{LOSSES.get(family, 'discriminator,generator')}"
    assert [row.partition(",")[0] for row in rows] == ["1", "2"]
    for name, class_name in WEIGHTS.get(family, {"generator": "Generator"}).items():
        load = (
            "import torch, model;"
            f"model.{class_name}().load_state_dict(torch.load('training/{name}.pt'))"
        )
        assert python.run(folder, "-c", load).returncode == 0


def test_the_grid_shows_what_the_weights_give(python: TorchInterpreter, tmp_path: Path) -> None:
    """Each panel is the picture that the saved generator makes of a latent vector and a label."""
    folder = training_folder("labels", tmp_path)
    done = python.run(folder, "train.py", "files", "--steps", "3", "--seed", "5")
    assert done.returncode == 0
    compare = """
import numpy, torch, model
from PIL import Image
generator = model.Generator().eval()
generator.load_state_dict(torch.load("training/generator.pt"))
latents = torch.randn(16, 8, 1, 1, generator=torch.Generator().manual_seed(5))
shown = numpy.asarray(Image.open("training/samples/000003.png")).astype(int)
for number, picture in enumerate(generator(latents, torch.tensor([0, 1] * 8)).detach().numpy()):
    top, left = 18 * (number // 2) + 1, 18 * (number % 2) + 1
    panel = shown[top : top + 16, left : left + 16]
    assert numpy.abs(panel - (picture.transpose(1, 2, 0) + 1) * 127.5).max() <= 0.51
"""
    done = python.run(folder, "-c", compare)
    assert done.returncode == 0, done.stderr


KILLS = {
    "in a step": "kill_in(train, 'train_step', 6)",
    "after a step, before its checkpoint": "kill_in(train, 'draw', 2)",
    "in the first checkpoint": "kill_in(torch, 'save', 2, write_half)",
    "in the second checkpoint": "kill_in(torch, 'save', 4, write_half)",
    "before a file is moved": "kill_in(os, 'replace', 4)",
}


def runs_of_kills() -> list[tuple[str, str]]:
    """Families and kills: every kill for one family, one kill for two others, or all for all."""
    few = [("labels", kill) for kill in KILLS]
    few += [(family, "in a step") for family in ("signal", "r3gan", "masks")]
    return [(family, kill) for family in TRAINED for kill in KILLS] if SOAK else few


@pytest.fixture(scope="module")
def whole_run(
    python: TorchInterpreter, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The folder of a family that was trained for eight steps without a kill."""
    done: dict[str, Path] = {}

    def run(family: str) -> Path:
        if family not in done:
            folder = training_folder(family, tmp_path_factory.mktemp(family))
            assert python.run(folder, "train.py", *arguments(family)).returncode == 0
            done[family] = folder
        return done[family]

    return run


def arguments(family: str) -> list[str]:
    """A run of eight steps over more than one epoch, with checkpoints after three, six and eight."""
    options = [*data_folders(family), *OPTIONS.get(family, [])]
    return ["--steps", "8", "--batch", "7", "--every", "3", "--resume", *options]


@pytest.mark.parametrize(("family", "kill"), runs_of_kills())
def test_a_killed_run_resumes_to_the_same_weights(
    python: TorchInterpreter,
    whole_run: Callable[[str], Path],
    tmp_path: Path,
    family: str,
    kill: str,
) -> None:
    """SIGKILL anywhere, then the same command: same weights, optimizers, losses and samples."""
    whole = whole_run(family)
    folder = Path(copytree(whole, tmp_path / "killed", ignore=lambda *_: ["training"]))
    killed = python.run(folder, "-c", KILL.format(kill=KILLS[kill]), *arguments(family))
    assert killed.returncode == -9, killed.stderr
    assert not (folder / "training" / "samples" / "000008.png").exists()
    resumed = python.run(folder, "train.py", *arguments(family))
    assert (resumed.returncode, resumed.stderr) == (0, "")
    checkpoints = [str(run / "training" / "checkpoint.pt") for run in (whole, folder)]
    compared = python.run(folder, "-c", COMPARE, *checkpoints)
    assert compared.returncode == 0, compared.stderr
    assert result_files(folder / "training") == result_files(whole / "training")


def test_other_seeds_give_other_weights(
    python: TorchInterpreter, whole_run: Callable[[str], Path], tmp_path: Path
) -> None:
    """The comparison of two runs can fail."""
    whole = whole_run("labels")
    folder = Path(copytree(whole, tmp_path / "other", ignore=lambda *_: ["training"]))
    assert python.run(folder, "train.py", *arguments("labels"), "--seed", "1").returncode == 0
    checkpoints = [str(run / "training" / "checkpoint.pt") for run in (whole, folder)]
    assert python.run(folder, "-c", COMPARE, *checkpoints).returncode == 1


def test_mixed_precision_changes_the_losses_a_little(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """Layers compute in bfloat16, which has eight bits; the same run in float32 is near it."""
    folder = training_folder("critic", tmp_path)
    losses = []
    for precision in ("float32", "bfloat16"):
        options = ["--steps", "1", "--precision", precision, "--output", precision]
        assert python.run(folder, "train.py", "files", *options).returncode == 0
        row = (folder / precision / "losses.csv").read_text().splitlines()[1]
        losses.append([float(loss) for loss in row.split(",")])
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05, abs=0.02)


@pytest.mark.soak
@pytest.mark.parametrize("output", [Output.PROBABILITY, Output.LOGIT])
def test_the_default_losses_leave_gray(
    python: TorchInterpreter, tmp_path: Path, output: Output
) -> None:
    """After 300 steps on handwritten digits the samples have half of their contrast or more."""
    brief = Brief(
        resolution=28, latent_dim=32, channels=1, base_channels=16, verify=Level.NONE,
        discriminator=DiscriminatorStyle(output=output),
    )  # fmt: skip
    folder = unzip(bundle(brief), tmp_path)
    (folder / "digits").mkdir()
    digits = load_digits().images[:1500]
    for number, digit in enumerate(digits):
        Image.fromarray((digit * 15.9).astype(np.uint8)).save(folder / f"digits/{number:04}.png")
    done = python.run(folder, "train.py", "digits", "--steps", "300")
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "training" / "samples" / "000300.png") as grid:
        panels = np.asarray(grid).reshape(8, 30, 8, 30)[:, 1:-1, :, 1:-1]
    assert panels.std() > (digits * 15.9).std() / 2


def test_help_names_the_options(python: TorchInterpreter, tmp_path: Path) -> None:
    folder = training_folder("labels", tmp_path)
    done = python.run(folder, "train.py", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    for option in ("--steps", "--resume", "--loss {relativistic,hinge,bce}", "--augment", "--seed"):
        assert option in done.stdout
