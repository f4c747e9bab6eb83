"""Bundle of a design: its module, tests, training texts, JSON and pictures as a ZIP archive.

Equal documents give equal bytes: entries have a fixed date and are not compressed, because
compressors differ between machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from designer.bundle.training import (
    PICTURE_CHANNELS,
    choose_lines,
    folder_names,
    read_template,
    trained_networks,
    training_facts,
    training_texts,
)
from designer.geometry.layers import format_size
from designer.validation.json_text import document_text

_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16
_UNIX_SYSTEM = 3


def bundle_files(
    document: dict[str, Any], pictures: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The files of a bundle by name, from the design's JSON document and its pictures."""
    texts = {
        "model.py": document["source"]["text"],
        "test_model.py": choose_lines(read_template("test_model.py"), training_facts(document)),
        "design.json": document_text(document),
        "receipt.json": document_text(document["verification"]),
        **training_texts(document),
        **(pictures or {}),
    }
    return {**texts, "README.md": _readme(document, texts)}


def zip_files(texts: dict[str, str]) -> bytes:
    """A ZIP archive of texts; equal texts give equal bytes.

    >>> zip_files({"a.txt": "a"}) == zip_files({"a.txt": "a"})
    True
    """
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name, text in texts.items():
            entry = ZipInfo(name, date_time=_DATE)
            entry.external_attr = _FILE_MODE
            entry.create_system = _UNIX_SYSTEM
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _readme(document: dict[str, Any], file_names: Iterable[str]) -> str:
    names = _class_names(document)
    contents = _file_contents(document)
    return read_template("README.md").format(
        networks=" and ".join([names[0], *map(str.lower, names[1:])]),
        picture=format_size(document["generator"]["output_shape"]),
        start=_start_text(document),
        sizes=" → ".join(format_size(size) for size in document["chain"]["sizes"]),
        rows="\n".join(f"| `{name}` | {contents[name]} |" for name in file_names),
        training=_training_text(document) if "train.py" in file_names else "",
        id=document["id"],
    )


def _start_text(document: dict[str, Any]) -> str:
    """What the networks start from; with skips, also the inputs of other sizes."""
    latent_dim, shape = document["brief"]["latent_dim"], document["generator"]["input_shape"]
    if "skips" in (facts := training_facts(document)):
        least = document["sizes_proved"] if "all_sizes" in facts else None
        others = "" if least is None else f", and for all sizes {least.removeprefix('all ')} on"
        return f"inputs of {format_size(shape)}{others}"
    if latent_dim is None:
        return f"a map of {format_size(shape)}"
    return f"a latent vector of length {latent_dim}"


def _class_names(document: dict[str, Any]) -> list[str]:
    roles = ("generator", "discriminator", "encoder")
    names = [document[role]["class_name"] for role in roles if document[role] is not None]
    return [*names, "Autoencoder"] if document["brief"]["variational"] else names


def _file_contents(document: dict[str, Any]) -> dict[str, str]:
    """What every file of a bundle contains, by its name."""
    classes = ", ".join(f"`{name}`" for name in _class_names(document))
    verdict = document["verification"]["verdict"]
    facts = training_facts(document)
    generator = "U-Net" if "skips" in facts else "generator"
    folders = "FOLDER" if len(names := folder_names(facts)) == 1 else " ".join(names).upper()
    arms = ": both arms and the skips" if "skips" in facts else ""
    return {
        "model.py": f"{classes}, `weights_init`; requires only torch",
        "test_model.py": "tests of `model.py` against `design.json`: run `pytest` in this folder",
        "design.json": "the design: layers, sizes, parameters, multiply-adds, reasons",
        "receipt.json": f"the receipt; verdict: {verdict}, torch did not run the module"
        if verdict == "not_run"
        else f"predicted values and values measured by torch; verdict: {verdict}",
        "train.py": f"training: `python train.py {folders} --steps N`",
        "train_data.py": "what `train.py` reads and draws",
        "train.ipynb": "the same code as a notebook",
        "generator.svg": f"feature maps of the {generator}, to scale{arms}",
        "discriminator.svg": "feature maps of the discriminator, to scale",
        "overlap.svg": f"overlap of the {generator}'s kernels, layer by layer",
    }


_PENALTIES = (
    "\n\nWhich `--penalty` suits depends on the pictures: R3GAN's authors start with 0.05 for CIFAR-10, 2 for"
    " faces of 64×64 and 150 for faces of 256×256."
)


def _training_text(document: dict[str, Any]) -> str:
    """What the training text of a design needs, reads and writes."""
    facts = training_facts(document)
    last = trained_networks(facts)[-1]
    classes = f" Each of the folder's {document['brief']['classes']} subfolders is one class, in alphabetical order."
    return choose_lines(read_template("training.md"), facts).format(
        files=_file_list(document, "output", facts),
        inputs=_file_list(document, "input", facts) if "skips" in facts else "",
        classes=classes if "classes" in facts else "",
        recipe=_PENALTIES if "r3gan" in facts else "",
        weights=", ".join(f"`{name}.pt`" for name in trained_networks(facts)),
        network=last,
        class_name=document["generator"]["class_name"] if "skips" in facts else last.title(),
    )


_RANGES = {"tanh": ", values from -1 to 1", "sigmoid": ", values from 0 to 1"}
"""The values of arrays by the activation of the generator's output."""


def _file_list(document: dict[str, Any], end: str, facts: Set[str]) -> str:
    """The kinds of files that are read for one end of the generator: ``input`` or ``output``."""
    channels, *sides = document["generator"][f"{end}_shape"]
    activation = document["brief"]["output_activation"]
    if "skips" in facts:
        activation = "sigmoid" if end == "output" and "regression" not in facts else "tanh"
    axes = f"{len(sides)} {'axis' if len(sides) == 1 else 'axes'}"
    shape = f"{channels} channel{'' if channels == 1 else 's'} first, then {axes}"
    values = _RANGES.get(activation, "")
    kinds = [f"arrays as `.npy` files and tensors as `.pt` files: {shape}{values}"]
    if "pictures" in facts and channels in PICTURE_CHANNELS:
        kinds.insert(0, "pictures: AVIF, BMP, GIF, JPEG, PGM, PNG, PPM, TIFF and WebP files")
    return "\n".join(f"- {kind}" for kind in kinds)
