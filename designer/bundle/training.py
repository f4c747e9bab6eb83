"""Training texts of a bundle: a script, its reader of files, and a notebook with the same code.

The templates have lines ``#if FACT …``, ``#else`` and ``#end``: a design gets the lines of the facts
that hold for it.
"""

from __future__ import annotations

from collections.abc import Set
from importlib.resources import files
from typing import Any

from designer.brief.architecture import Architecture
from designer.brief.options import Output, OutputActivation
from designer.brief.skips import Skips
from designer.bundle.notebook import training_notebook

PICTURE_CHANNELS = frozenset({1, 3, 4})
"""Numbers of channels of which two-dimensional arrays are pictures: gray, RGB, RGBA."""

_AXES = {1: "signal", 2: "image", 3: "volume"}

_OWN_RECIPES = {(Architecture.R3GAN, Output.LOGIT): "r3gan"}
"""The fact of a discriminator whose recipe is not that of all with its output."""

_MASKS = {
    OutputActivation.NONE: "logits",
    OutputActivation.SIGMOID: "probabilities",
    OutputActivation.TANH: "regression",
}
"""The fact of the outputs of a network with skips, which its loss depends on."""

_SCRIPTS = ("train_data.py", "train.py")


def read_template(name: str) -> str:
    """The text of a template of this package."""
    return files("designer.bundle").joinpath("texts", f"{name}.txt").read_text(encoding="utf-8")


def training_texts(document: dict[str, Any]) -> dict[str, str]:
    """The training files of a design by name; a decoder without another network has none."""
    facts = training_facts(document)
    alone = document["discriminator"] is None and document["encoder"] is None
    if alone and "skips" not in facts:
        return {}
    texts = {name: choose_lines(read_template(name), facts) for name in _SCRIPTS}
    notebook = training_notebook([*texts.values()], folders=folder_names(facts))
    return {**texts, "train.ipynb": notebook}


def training_facts(document: dict[str, Any]) -> frozenset[str]:
    """What the training text of a design depends on: axes, channels, classes, networks, output."""
    channels, *sides = document["generator"]["output_shape"]
    classes, adversarial = document["brief"]["classes"], document["discriminator"] is not None
    facts = {_AXES[len(sides)], "classes" if classes else "plain"}
    if document["brief"]["skips"] != Skips.NONE:
        return frozenset(facts | _skip_facts(document))
    if len(sides) == 2 and channels in PICTURE_CHANNELS:
        facts.add("pictures")
    if document["brief"]["variational"]:
        return frozenset(facts | {"variational"})
    if not adversarial:
        return frozenset(facts | {"autoencoder"})
    output = document["brief"]["discriminator"]["output"]
    recipe = _OWN_RECIPES.get((document["brief"]["architecture"], output), output)
    return frozenset(facts | {"gan", recipe})


def _skip_facts(document: dict[str, Any]) -> set[str]:
    """The facts of a network with skips: files, loss, and whether it is proved for other sizes."""
    shapes = [document["generator"][f"{end}_shape"] for end in ("input", "output")]
    facts = {"skips", _MASKS[document["brief"]["output_activation"]]}
    if len(shapes[0]) == 3 and {shape[0] for shape in shapes} & PICTURE_CHANNELS:
        facts.add("pictures")
    if (document["sizes_proved"] or "").startswith("all from"):
        facts.add("all_sizes")
    return facts


def folder_names(facts: Set[str]) -> tuple[str, ...]:
    """The folders that a training text reads."""
    return ("pictures", "masks") if "skips" in facts else ("pictures",)


def trained_networks(facts: Set[str]) -> tuple[str, ...]:
    """The networks whose averaged weights a training text writes."""
    if "skips" in facts:
        return ("unet",)
    if "variational" in facts:
        return ("autoencoder",)
    return ("generator",) if "gan" in facts else ("encoder", "generator")


def choose_lines(template: str, facts: Set[str]) -> str:
    r"""The lines of a template for which one of the facts in their ``#if`` line holds.

    >>> choose_lines("a\n#if x y\nb\n#else\nc\n#end\nd\n", {"y"})
    'a\nb\nd\n'
    """
    chosen, holds = [], [True]
    for line in template.splitlines(keepends=True):
        if line.startswith("#if "):
            holds.append(not facts.isdisjoint(line.split()[1:]))
        elif line == "#else\n":
            holds[-1] = not holds[-1]
        elif line == "#end\n":
            holds.pop()
        elif all(holds):
            chosen.append(line)
    return "".join(chosen)
