"""The training texts themselves: length, style, the notebook, the losses and the augmentation."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from designer.bundle.training import choose_lines, read_template
from tests.bundle.designs import FAMILIES, TRAINED, bundle, data_folders, training_folder
from tests.bundle.torch_interpreter import TorchInterpreter, run_in
from tests.support import SOAK

SCRIPTS = ("train_data.py", "train.py")
MAX_LINES = 249

KINDS = (
    ("gan", "probability"),
    ("gan", "logit"),
    ("gan", "critic"),
    ("gan", "r3gan"),
    ("autoencoder",),
    ("variational",),
)
FACTS = [
    {axes, *pictures, *kind, classes}
    for axes, kind, classes in product(
        ("signal", "image", "volume"), KINDS, ("classes", "plain")
    )
    for pictures in ([(), ("pictures",)] if axes == "image" else [()])
] + [
    {axes, *pictures, "skips", output, "plain"}
    for axes, output in product(
        ("signal", "image", "volume"), ("logits", "probabilities", "regression")
    )
    for pictures in ([(), ("pictures",)] if axes == "image" else [()])
]  # fmt: skip
"""The facts of all designs that have a training text."""

NOTEBOOK_SCHEMA = {
    "type": "object",
    "required": ["metadata", "nbformat", "nbformat_minor", "cells"],
    "properties": {
        "nbformat": {"const": 4},
        "nbformat_minor": {"const": 5},
        "metadata": {
            "type": "object",
            "properties": {"kernelspec": {"required": ["name", "display_name"]}},
        },
        "cells": {"type": "array", "items": {"oneOf": [{"$ref": "#/$defs/code"}, {"$ref": "#/$defs/markdown"}]}},
    },
    "$defs": {
        "id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        "lines": {"type": "array", "items": {"type": "string"}},
        "code": {
            "required": ["id", "cell_type", "metadata", "source", "outputs", "execution_count"],
            "properties": {
                "id": {"$ref": "#/$defs/id"},
                "cell_type": {"const": "code"},
                "metadata": {"type": "object"},
                "source": {"$ref": "#/$defs/lines"},
                "outputs": {"type": "array", "maxItems": 0},
                "execution_count": {"type": "null"},
            },
            "additionalProperties": False,
        },
        "markdown": {
            "required": ["id", "cell_type", "metadata", "source"],
            "properties": {
                "id": {"$ref": "#/$defs/id"},
                "cell_type": {"const": "markdown"},
                "metadata": {"type": "object"},
                "source": {"$ref": "#/$defs/lines"},
            },
            "additionalProperties": False,
        },
    },
}  # fmt: skip
"""What the format 4.5 of notebooks requires of one without outputs."""


@pytest.fixture(scope="module")
def python() -> Iterator[TorchInterpreter]:
    """One interpreter with torch for all tests here."""
    with TorchInterpreter.start() as interpreter:
        yield interpreter


def cells(notebook: str) -> list[str]:
    """The code of a notebook, cell by cell."""
    document = json.loads(notebook)
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def test_the_texts_of_all_designs_are_short_and_clean(tmp_path: Path) -> None:
    """Under 250 lines, formatted, and without an unused or undefined name."""
    for number, facts in enumerate(FACTS):
        for name in SCRIPTS:
            text = choose_lines(read_template(name), facts)
            assert text.count("\n") <= MAX_LINES, facts
            assert "#if" not in text
            (tmp_path / str(number)).mkdir(exist_ok=True)
            (tmp_path / str(number) / name).write_text(text)
    for family, name in product(TRAINED, ("test_model.py", *SCRIPTS)):
        (tmp_path / family).mkdir(exist_ok=True)
        (tmp_path / family / name).write_text(bundle(FAMILIES[family])[name])
    select = ["--isolated", "--line-length", "100", "--select", "E,F,W,I,B,UP,C4,SIM,D1"]
    ignore = ["--ignore", "D100,D103,SIM300", "--config", "lint.isort.known-third-party=['model']"]
    for command in (["check", *select, *ignore], ["format", "--check", *select[:3]]):
        done = run_in(tmp_path, "-m", "ruff", *command, ".")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("family", TRAINED)
def test_the_notebook_is_valid_and_has_the_same_code(family: str) -> None:
    """Every definition of both scripts but ``main`` is one short cell, in order."""
    texts = bundle(FAMILIES[family])
    Draft202012Validator(NOTEBOOK_SCHEMA).validate(json.loads(texts["train.ipynb"]))
    document = json.loads(texts["train.ipynb"])
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    code = cells(texts["train.ipynb"])
    assert max(cell.count("\n") for cell in code) < 50
    definitions = [
        ast.get_source_segment(texts[name], node)
        for name in SCRIPTS
        for node in ast.parse(texts[name]).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name != "main"
    ]
    assert len(definitions) > 15
    defined = [re.sub(r"^@.*\n", "", cell) for cell in code]
    assert [cell for cell in defined if cell.startswith(("def ", "class "))] == definitions
    constants = {
        ast.unparse(node)
        for name in SCRIPTS
        for node in ast.parse(texts[name]).body
        if isinstance(node, ast.Assign | ast.Import | ast.AugAssign)
    }
    assert constants <= {ast.unparse(node) for cell in code for node in ast.parse(cell).body}


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", TRAINED if SOAK else ["labels", "autoencoder", "masks"])
def test_the_cells_of_the_notebook_train_as_the_script_does(
    python: TorchInterpreter, tmp_path: Path, family: str
) -> None:
    """One cell after the other, with two steps; the last one gives the picture of the samples."""
    folder = training_folder(family, tmp_path)
    code = cells((folder / "train.ipynb").read_text())
    names = ", ".join(f'"{name}"' for name in data_folders(family)).replace("files", "pictures")
    options = f'options = parse_options([{names}, "--steps", "1000"])\ntrain(options)'
    assert code[-2] == options
    code[-2] = options.replace("pictures", "files").replace("1000", "2")
    code[-1] = f"shown = {code[-1]}\nassert shown.format == 'PNG'"
    script = f"namespace = {{'__name__': '__main__'}}\nfor cell in {code!r}: exec(cell, namespace)"
    done = python.run(folder, "-c", script)
    assert done.returncode == 0, done.stderr
    folders = data_folders(family)
    done = python.run(folder, "train.py", *folders, "--steps", "2", "--output", "other")
    assert done.returncode == 0, done.stderr
    losses = [(folder / output / "losses.csv").read_text() for output in ("training", "other")]
    assert losses[0] == losses[1]
    grids = [folder / output / "samples" / "000002.png" for output in ("training", "other")]
    assert grids[0].read_bytes() == grids[1].read_bytes()


LOSSES = """
import torch, train
from argparse import Namespace
from math import exp, log, sqrt
weights = torch.linspace(-1, 1, 12)
real = torch.stack([torch.full((12,), 0.5), weights]).view(2, 3, 4)
generated = torch.stack([torch.zeros(12), -weights / 2]).view(2, 3, 4).requires_grad_()
train.SIDES = [4]
norm = float(weights.square().sum())
r = [0.5 * float(weights.sum()), norm]
g = [0.0, -norm / 2]
def score(*batches):
    scores = [(pictures.flatten(1) * weights).sum(1) for pictures in batches]
    return [*map(torch.sigmoid, scores)] if [*train.BETAS] == ["bce"] else scores
def softplus(x): return log(1 + exp(x))
def mean(values): return sum(values) / 2
expected = {
    "bce": (mean([softplus(-a) + softplus(b) for a, b in zip(r, g)]),
            mean([softplus(-b) for b in g])),
    "hinge": (mean([max(0, 1 - a) + max(0, 1 + b) for a, b in zip(r, g)]), -mean(g)),
    "relativistic": (mean([softplus(b - a) for a, b in zip(r, g)]) + 3 / 2 * 2 * norm,
                     mean([softplus(a - b) for a, b in zip(r, g)])),
    "wasserstein": (mean(g) - mean(r) + 3 * (sqrt(norm) - 1) ** 2, -mean(g)),
}
for loss in train.BETAS:
    options = Namespace(loss=loss, penalty=3)
    found = [train.discriminator_loss(score, real, generated, options),
             train.generator_loss(score, real, generated, options)]
    assert all(abs(float(a) - b) < 1e-4 * (1 + abs(b)) for a, b in zip(found, expected[loss])), loss
    (gradient,) = torch.autograd.grad(found[1], generated)
    assert gradient.abs().max() > 0
print(*train.BETAS)
"""


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "losses"),
    [
        ("probability", "bce"),
        ("labels", "relativistic hinge bce"),
        ("critic", "wasserstein hinge"),
    ],
)
def test_the_losses_have_their_closed_forms(
    python: TorchInterpreter, tmp_path: Path, family: str, losses: str
) -> None:
    """For a linear discriminator, whose gradient is its weights; the default comes first."""
    done = python.run(training_folder(family, tmp_path, count=1), "-c", LOSSES)
    assert (done.returncode, done.stdout.strip()) == (0, losses), done.stderr


AUGMENT = """
import itertools, sys, torch, train_data
torch.manual_seed(0)
sides = train_data.SIDES
pictures = torch.rand(40, train_data.CHANNELS, *sides, requires_grad=True)
augmented = train_data.augment(pictures)
moved, holes = set(), 0
for before, after in zip(pictures.detach(), augmented.detach()):
    shown = (after != 0).all(0)
    explained = []
    for shift in itertools.product(*[range(-(s // 8), s // 8 + 1) for s in sides]):
        inside = torch.zeros(sides, dtype=torch.bool)
        part = tuple(slice(max(0, -d), s - max(0, d)) for d, s in zip(shift, sides))
        inside[part] = True
        rolled = before.roll([-d for d in shift], list(range(1, before.dim())))
        if (after == rolled * shown).all() and not (shown & ~inside).any():
            explained.append((shift, inside & ~shown))
    (shift, hole), = explained
    moved.add(shift)
    places = hole.nonzero()
    if len(places):
        low, high = places.min(0).values, places.max(0).values
        assert len(places) == (high - low + 1).prod()
        assert all(int(n) <= s // 2 + 1 for n, s in zip(high - low + 1, sides))
        holes += 1
assert len(moved) > 5 and holes > 20
augmented.sum().backward()
assert torch.equal(pictures.grad.sum((0, 1)) > 0, torch.ones(sides, dtype=torch.bool))
"""

COLOR = """
import torch, train_data
torch.manual_seed(0)
colors = torch.rand(400, 3)
augmented = train_data.augment(colors[:, :, None, None].expand(-1, -1, 16, 20))
shown = [after.flatten(1)[:, (after != 0).all(0).flatten()] for after in augmented]
assert all(len(pixels) and (pixels - pixels[:, :1]).abs().max() < 1e-6 for pixels in shown)
after = torch.stack([pixels[:, 0] for pixels in shown])
lighter = after.mean(1) - colors.mean(1)
assert -0.5 < lighter.min() < -0.45 and 0.45 < lighter.max() < 0.5
factors = (after - after.mean(1, True)) / (colors - colors.mean(1, True))
assert (factors - factors[:, :1]).abs().max() < 0.01
assert 0 <= factors.min() < 0.05 and 2 < factors.max() <= 3 and 0.9 < factors.mean() < 1.1
"""


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", ["signal", "volume"])
def test_augmented_pictures_are_moved_and_have_a_hole(
    python: TorchInterpreter, tmp_path: Path, family: str
) -> None:
    """Each is the original moved by at most an eighth of a side, but for a box of half the sides."""
    done = python.run(training_folder(family, tmp_path, count=1), "-c", AUGMENT)
    assert done.returncode == 0, done.stderr


@pytest.mark.torch
@pytest.mark.slow
def test_augmented_pictures_are_lighter_and_more_or_less_colorful(
    python: TorchInterpreter, tmp_path: Path
) -> None:
    """Plain colors stay plain: their mean moves by up to a half, their differences by one factor."""
    done = python.run(training_folder("probability", tmp_path, count=1), "-c", COLOR)
    assert done.returncode == 0, done.stderr
