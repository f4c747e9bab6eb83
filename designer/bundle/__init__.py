"""Bundle of a design: its module, tests, training texts, JSON and pictures as a ZIP archive.

Equal documents give equal bytes: entries have a fixed date and are not compressed, because
compressors differ between machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from designer.bundle.training import read_template, trained_networks, training_facts, training_texts
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
        "test_model.py": read_template("test_model.py"),
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
    latent_dim, start = document["brief"]["latent_dim"], document["generator"]["input_shape"]
    vector = f"a latent vector of length {latent_dim}"
    contents = _file_contents(document)
    return read_template("README.md").format(
        networks=" and ".join([names[0], *map(str.lower, names[1:])]),
        picture=format_size(document["generator"]["output_shape"]),
        start=f"a map of {format_size(start)}" if latent_dim is None else vector,
        sizes=" → ".join(format_size(size) for size in document["chain"]["sizes"]),
        rows="\n".join(f"| `{name}` | {contents[name]} |" for name in file_names),
        training=_training_text(document) if "train.py" in file_names else "",
        id=document["id"],
    )


def _class_names(document: dict[str, Any]) -> list[str]:
    roles = ("generator", "discriminator", "encoder")
    names = [document[role]["class_name"] for role in roles if document[role] is not None]
    return [*names, "Autoencoder"] if document["brief"]["variational"] else names


def _file_contents(document: dict[str, Any]) -> dict[str, str]:
    """What every file of a bundle contains, by its name."""
    classes = ", ".join(f"`{name}`" for name in _class_names(document))
    verdict = document["verification"]["verdict"]
    return {
        "model.py": f"{classes}, `weights_init`; requires only torch",
        "test_model.py": "tests of `model.py` against `design.json`: run `pytest` in this folder",
        "design.json": "the design: layers, sizes, parameters, multiply-adds, reasons",
        "receipt.json": f"the receipt; verdict: {verdict}, torch did not run the module"
        if verdict == "not_run"
        else f"predicted values and values measured by torch; verdict: {verdict}",
        "train.py": "training: `python train.py FOLDER --steps N`",
        "train_data.py": "what `train.py` reads and draws",
        "train.ipynb": "the same code as a notebook",
        "generator.svg": "feature maps of the generator, to scale",
        "discriminator.svg": "feature maps of the discriminator, to scale",
        "overlap.svg": "overlap of the generator's kernels, layer by layer",
    }


_PENALTIES = (
    "\n\nWhich `--penalty` suits depends on the pictures: R3GAN's authors start with 0.05 for CIFAR-10, 2 for"
    " faces of 64×64 and 150 for faces of 256×256."
)


def _training_text(document: dict[str, Any]) -> str:
    """What the training text of a design needs, reads and writes."""
    facts = training_facts(document)
    classes = f" Each of the folder's {document['brief']['classes']} subfolders is one class, in alphabetical order."
    return read_template("training.md").format(
        files="\n".join(f"- {kind}" for kind in _kinds_of_files(document, facts)),
        classes=classes if "classes" in facts else "",
        recipe=_PENALTIES if "r3gan" in facts else "",
        weights=", ".join(f"`{name}.pt`" for name in trained_networks(facts)),
        network=(last := trained_networks(facts)[-1]),
        class_name=last.title(),
    )


def _kinds_of_files(document: dict[str, Any], facts: Set[str]) -> list[str]:
    channels, *sides = document["generator"]["output_shape"]
    activation = document["brief"]["output_activation"]
    axes = f"{len(sides)} {'axis' if len(sides) == 1 else 'axes'}"
    shape = f"{channels} channel{'' if channels == 1 else 's'} first, then {axes}"
    values = {"tanh": ", values from -1 to 1", "sigmoid": ", values from 0 to 1"}.get(
        activation, ""
    )
    arrays = f"arrays as `.npy` files and tensors as `.pt` files: {shape}{values}"
    pictures = "pictures: AVIF, BMP, GIF, JPEG, PGM, PNG, PPM, TIFF and WebP files"
    return [pictures, arrays] if "pictures" in facts else [arrays]
